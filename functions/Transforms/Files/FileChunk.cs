namespace Pipeline.Transforms.Files;

/// <summary>A piece of a dropped file that holds whole records only: one record of the file's segment, decoded without any other piece.</summary>
/// <param name="Position">
/// Where it begins in the file: for texts the offset of its first byte in the decompressed file, for Avro the ordinal of its first datum. A
/// row's position is its file's number times 2^40, plus this, plus its own place in the piece.
/// </param>
/// <param name="Length">Positions it covers; the next piece begins behind them.</param>
/// <param name="Header">What its file's head says and the decoder must know, as JSON: the names of the fields, the schema and codec.
/// It becomes the key of the segment's record. Lent until the next piece is asked for.</param>
/// <param name="Value">The bytes; lent until the next piece is asked for.</param>
public readonly record struct FileChunk(long Position, long Length, ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Value);

/// <summary>Cuts one dropped file into pieces. Never fails for what the file holds: damage is a piece too, whose header says so, and which
/// the decoder refuses with the reason.</summary>
public interface IFileCutter
{
    /// <summary>The pieces in the order of the file, each about 1 MiB, more only where one record is larger.</summary>
    /// <param name="file">The file's bytes as they were dropped, read once, from its beginning.</param>
    /// <exception cref="IOException">Reading broke off: the store is away. Cut again from the beginning.</exception>
    IAsyncEnumerable<FileChunk> CutAsync(Stream file, CancellationToken stopping);
}

using System.Buffers;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms;
using Pipeline.Transforms.Ports;

namespace Pipeline.Sinks.Warehouse;

/// <summary>A session's temporary table, filled by one binary COPY that stays open while the transform runs.</summary>
/// <remarks>Rows are encoded straight from columns into one pooled buffer: nothing is allocated per row.</remarks>
internal sealed class StagingTable : IDisposable
{
    private const int BufferBytes = 256 * 1024;
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xff, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Trailer = [0xff, 0xff];

    private readonly IReadOnlyList<ColumnSpec> columns;
    private readonly List<RefusedRow> misfits = [];
    private NpgsqlRawCopyStream? copy;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int filled;

    private StagingTable(IReadOnlyList<ColumnSpec> columns, NpgsqlRawCopyStream copy)
    {
        this.columns = columns;
        this.copy = copy;
        Append(Header);
    }

    /// <summary>Rows whose values no column of their type can hold; they were left out.</summary>
    public IReadOnlyList<RefusedRow> Misfits => misfits;

    /// <summary>Creates the table on a connection, which is busy until <see cref="EndAsync"/>.</summary>
    public static async Task<StagingTable> BeginAsync(
        NpgsqlConnection connection, MergeSql sql, IReadOnlyList<ColumnSpec> columns, CancellationToken stopping)
    {
        await connection.Command(sql.CreateStaging).ExecuteAsync(stopping);
        return new(columns, await connection.BeginRawBinaryCopyAsync(sql.Copy, stopping));
    }

    /// <summary>Adds a batch's rows.</summary>
    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken stopping)
    {
        var rows = new CopyBatch(columns, batch);
        for (var row = 0; row < batch.Rows; row++)
        {
            if (rows.Misfit(row) is var misfit and >= 0)
            {
                Refuse(batch, row, misfit);
                continue;
            }
            var bytes = rows.MaxBytes(row);
            if (bytes > buffer.Length - filled) await MakeRoomAsync(bytes, stopping);
            filled += rows.Write(row, buffer.AsSpan(filled));
        }
    }

    /// <summary>Ends the COPY: every row is in the table, and the connection is free.</summary>
    public async Task EndAsync(CancellationToken stopping)
    {
        if (copy is null) return;
        await MakeRoomAsync(Trailer.Length, stopping);
        Append(Trailer);
        await MakeRoomAsync(0, stopping);
        await copy.DisposeAsync();
        copy = null;
    }

    /// <summary>Gives the buffer back. A COPY that has not ended is broken off when its connection closes.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private void Refuse(RecordBatch batch, int row, int column)
    {
        if (misfits.Count < RefusedRows.Limit)
            misfits.Add(new(batch.Shard.ToString(), batch.Positions.Values[row], $"SQLSTATE 22008 column {columns[column].Name}"));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer.AsSpan(filled));
        filled += bytes.Length;
    }

    private async ValueTask MakeRoomAsync(int bytes, CancellationToken stopping)
    {
        await copy!.WriteAsync(buffer.AsMemory(0, filled), stopping);
        filled = 0;
        if (bytes <= buffer.Length) return;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(bytes);
    }
}

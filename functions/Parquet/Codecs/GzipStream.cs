using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Codecs;

/// <summary>Reads gzip members (RFC 1952) by zlib. Zeros behind a member are padding.</summary>
/// <remarks>The framework's own class takes a file that is cut off for a whole one, and is silent about bytes behind the last
/// member.</remarks>
/// <param name="source">The compressed bytes; it stays the caller's.</param>
public sealed unsafe class GzipStream(Stream source) : DecompressingStream(source, "gzip")
{
    private ZlibState* state = ZlibNative.Open();
    private bool isInMember;

    /// <inheritdoc/>
    protected override bool IsInFrame => isInMember;

    /// <inheritdoc/>
    protected override int Decompress(ReadOnlySpan<byte> compressed, Span<byte> destination, out int taken)
    {
        ObjectDisposedException.ThrowIf(state is null, this);
        var padding = isInMember ? 0 : compressed.IndexOfAnyExcept((byte)0);
        taken = padding < 0 ? compressed.Length : padding;
        if (padding < 0) return 0;
        fixed (byte* from = compressed[padding..], to = destination)
        {
            state->Input = from;
            state->InputBytes = (uint)(compressed.Length - padding);
            state->Output = to;
            state->OutputBytes = (uint)destination.Length;
            var code = ZlibNative.Inflate(state, ZlibNative.NoFlush);
            if (code is not (ZlibNative.Ok or ZlibNative.MemberEnd or ZlibNative.NoProgress))
                throw new InvalidDataException($"gzip data is damaged: {Marshal.PtrToStringUTF8(state->Message) ?? $"zlib says {code}"}.");
            isInMember = code != ZlibNative.MemberEnd;
            if (!isInMember) ZlibNative.Reset(state);
            taken = compressed.Length - (int)state->InputBytes;
            return destination.Length - (int)state->OutputBytes;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (state is not null) ZlibNative.Close(state);
        state = null;
        base.Dispose(disposing);
    }
}

/// <summary>z_stream as 64-bit Unix has it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ZlibState
{
    public byte* Input;
    public uint InputBytes;
    public nuint InputTotal;
    public byte* Output;
    public uint OutputBytes;
    public nuint OutputTotal;
    public nint Message;
    public nint State, Allocate, Free, Opaque;
    public int DataType;
    public nuint Adler, Reserved;
}

/// <summary>zlib's C interface (https://www.zlib.net/manual.html).</summary>
internal static unsafe partial class ZlibNative
{
    public const int Ok = 0, MemberEnd = 1, NoProgress = -5, NoFlush = 0;

    private const string Library = "libz.so.1";
    private const int GzipWindow = 15 + 16;

    /// <summary>A state for gzip members; zlib keeps its address.</summary>
    /// <exception cref="DllNotFoundException">zlib is absent.</exception>
    public static ZlibState* Open()
    {
        NativeLibraries.Require(Library, "zlib1g");
        var state = (ZlibState*)NativeMemory.AllocZeroed((nuint)sizeof(ZlibState));
        var code = Begin(state, GzipWindow, "1", sizeof(ZlibState));
        if (code == Ok) return state;
        NativeMemory.Free(state);
        throw new InvalidOperationException($"zlib could not begin: it says {code}.");
    }

    public static void Close(ZlibState* state)
    {
        End(state);
        NativeMemory.Free(state);
    }

    [LibraryImport(Library, EntryPoint = "inflate")] internal static partial int Inflate(ZlibState* state, int flush);
    [LibraryImport(Library, EntryPoint = "inflateReset")] internal static partial int Reset(ZlibState* state);
    [LibraryImport(Library, EntryPoint = "inflateEnd")] private static partial int End(ZlibState* state);

    [LibraryImport(Library, EntryPoint = "inflateInit2_", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Begin(ZlibState* state, int windowBits, string version, int stateBytes);
}

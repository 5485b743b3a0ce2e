using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Json;

/// <summary>Texts, numbers and literals.</summary>
internal sealed partial class JsonScanner
{
    /// <param name="at">Behind the opening quote.</param>
    /// <returns>Where the closing quote stands; negative after a fault.</returns>
    private int Text(ReadOnlySpan<byte> run, int at, out bool escaped)
    {
        escaped = false;
        while (true)
        {
            at = TextStop(ref MemoryMarshal.GetReference(run), at);
            if (run[at] == (byte)'"') return at;
            if (run[at] != (byte)'\\') return Unexpected(at);
            escaped = true;
            at = Escape(run, at + 1);
            if (at < 0) return at;
        }
    }

    /// <summary>The next quote, backslash or control character; the line feed behind the record is one.</summary>
    /// <param name="first">The padded run's first byte: up to a vector's length is read behind the record's line feed.</param>
    /// <param name="at">Not behind the record's end.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TextStop(ref byte first, int at)
    {
        for (; ; at += Vector256<byte>.Count)
        {
            var bytes = Vector256.LoadUnsafe(ref first, (nuint)(uint)at);
            var stops = Vector256.Equals(bytes, Vector256.Create((byte)'"')) | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
                | Vector256.Equals(Vector256.Min(bytes, Vector256.Create((byte)0x1F)), bytes);
            var mask = stops.ExtractMostSignificantBits();
            if (mask != 0) return at + BitOperations.TrailingZeroCount(mask);
        }
    }

    /// <param name="at">Behind the backslash.</param>
    /// <returns>Behind the escape; negative after a fault.</returns>
    private int Escape(ReadOnlySpan<byte> run, int at)
    {
        if (run[at] is (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t') return at + 1;
        if (run[at] != (byte)'u') return Unexpected(at);
        var next = Hex4(run, at + 1, out var unit);
        if (next < 0 || !char.IsSurrogate(unit)) return next;
        if (char.IsLowSurrogate(unit)) return Fail(RejectionCode.BadUtf8, at - 1);
        if (run[next] != (byte)'\\') return HalfPair(at - 1, next);
        if (run[next + 1] != (byte)'u') return HalfPair(at - 1, next + 1);
        next = Hex4(run, next + 2, out var low);
        return next < 0 || char.IsLowSurrogate(low) ? next : Fail(RejectionCode.BadUtf8, at - 1);
    }

    /// <summary>A record that ends behind half a pair is cut off; any other byte there leaves the half alone.</summary>
    private int HalfPair(int at, int next) => next >= end ? Fail(RejectionCode.Truncated, next) : Fail(RejectionCode.BadUtf8, at);

    private int Hex4(ReadOnlySpan<byte> run, int at, out char unit)
    {
        var value = 0;
        unit = '\0';
        for (var stop = at + 4; at < stop; at++)
        {
            if (!char.IsAsciiHexDigit((char)run[at])) return Unexpected(at);
            value = (value << 4) | (run[at] <= (byte)'9' ? run[at] - '0' : (run[at] | 0x20) - 'a' + 10);
        }
        unit = (char)value;
        return at;
    }

    private int Number(ReadOnlySpan<byte> run, int at, PlanNode? node)
    {
        var start = at;
        var kind = TokenKind.Integer;
        if (run[at] == (byte)'-') at++;
        if (!IsDigit(run[at])) return Unexpected(at);
        at = run[at] == (byte)'0' ? at + 1 : Digits(run, at);
        if (run[at] == (byte)'.')
        {
            kind = TokenKind.Number;
            if (!IsDigit(run[++at])) return Unexpected(at);
            at = Digits(run, at);
        }
        if ((run[at] | 0x20) == (byte)'e')
        {
            kind = TokenKind.Number;
            if (run[++at] is (byte)'+' or (byte)'-') at++;
            if (!IsDigit(run[at])) return Unexpected(at);
            at = Digits(run, at);
        }
        if (notes) Note(start, at - start, node, false);
        if (node is not null) Leaf(node, new(kind, start, at - start));
        return at;
    }

    private int Literal(ReadOnlySpan<byte> run, int at, PlanNode? node, ReadOnlySpan<byte> text, TokenKind kind)
    {
        for (var i = 1; i < text.Length; i++)
            if (run[at + i] != text[i]) return Unexpected(at + i);
        if (notes) Note(at, text.Length, node, false);
        if (node is not null) Leaf(node, new(kind, at, text.Length));
        return at + text.Length;
    }

    private static int Digits(ReadOnlySpan<byte> run, int at)
    {
        while (IsDigit(run[at])) at++;
        return at;
    }

    private static bool IsDigit(byte value) => (uint)(value - '0') <= 9;
}

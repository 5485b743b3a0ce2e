using System.Text;
using System.Text.Json;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>A member of the one item of a list whose key holds a text: <c>actions[action_type=purchase].value</c>.</summary>
internal sealed class ListSelection(string key, string text, string member)
{
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = 1024 };       // the scanner has judged it

    private readonly byte[] key = Encoding.UTF8.GetBytes(key);
    private readonly byte[] text = Encoding.UTF8.GetBytes(text);
    private readonly byte[] member = Encoding.UTF8.GetBytes(member);

    /// <summary>The part of a path in front of a selection: where the list stands.</summary>
    public static string ListOf(string path) => path.Split('[', 2)[0];

    /// <summary>The selection of a well-formed path; null when it has none.</summary>
    public static ListSelection? Of(string path)
    {
        if (path.Split(['['], 2) is not [_, var rest]) return null;
        var (equals, close) = (rest.IndexOf('='), rest.IndexOf(']'));
        return new(rest[..equals], rest[(equals + 1)..close], rest[(close + 2)..]);
    }

    /// <summary>What the record holds there.</summary>
    /// <param name="list">What it holds at the list's path.</param>
    /// <returns>Absent when no item matches; blocked when several do (none is better than the others), or the list is none.</returns>
    public FieldToken Find(in FieldToken list, ReadOnlySpan<byte> run)
    {
        if (list.Kind is TokenKind.Absent or TokenKind.Null) return list;
        if (list.Kind != TokenKind.Array) return new(TokenKind.Blocked, 0, 0);
        var reader = new Utf8JsonReader(list.In(run), isFinalBlock: true, new(AnyDepth));
        var found = default(FieldToken);
        var matches = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject) reader.Skip();
            else if (Item(ref reader, list.Start, out var token) && ++matches == 1) found = token;
        }
        return matches > 1 ? new(TokenKind.Blocked, 0, 0) : found;
    }

    private bool Item(ref Utf8JsonReader reader, int start, out FieldToken token)
    {
        token = default;
        var matches = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isKey, isMember) = (reader.ValueTextEquals(key), reader.ValueTextEquals(member));
            reader.Read();
            matches |= isKey && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(text);
            var from = (int)reader.TokenStartIndex;
            var kind = KindOf(reader);
            reader.Skip();
            var quote = kind is TokenKind.String or TokenKind.EscapedString ? 1 : 0;
            if (isMember) token = new(kind, start + from + quote, (int)reader.BytesConsumed - from - 2 * quote);
        }
        return matches;
    }

    private static TokenKind KindOf(in Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.ValueIsEscaped ? TokenKind.EscapedString : TokenKind.String,
        JsonTokenType.Number => reader.ValueSpan.IndexOfAny(".eE"u8) < 0 ? TokenKind.Integer : TokenKind.Number,
        JsonTokenType.True => TokenKind.True,
        JsonTokenType.False => TokenKind.False,
        JsonTokenType.Null => TokenKind.Null,
        JsonTokenType.StartObject => TokenKind.Object,
        _ => TokenKind.Array,
    };
}

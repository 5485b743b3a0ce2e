using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Parquet.Columns;
using Pipeline.Tests.Unit.Fakes;
using Pipeline.Transforms;
using Pipeline.Transforms.Masking;

namespace Pipeline.Tests.Unit.Transforms.Masking;

/// <summary>Rows as the decoder makes them, and what of them may be written.</summary>
public sealed class BatchMaskTests
{
    private static readonly DateTimeOffset Rotation = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(8);

    private static readonly MaskKeys One = new([Key(1, DateTimeOffset.MinValue)], Overlap);
    private static readonly MaskKeys Two = new([Key(2, Rotation), Key(1, DateTimeOffset.MinValue)], Overlap);

    [Fact]
    public void One_value_has_one_pseudonym_wherever_the_domain_is_the_same_and_never_elsewhere()
    {
        var users = Masked(One, [Row(Rotation, "anna"), Row(Rotation, "bert"), Row(Rotation, "anna")], new(MaskKind.Hmac, "user"));
        var elsewhere = Masked(One, [Row(Rotation, "anna")], new(MaskKind.Hmac, "user"), name: "customer");
        var others = Masked(One, [Row(Rotation, "anna")], new(MaskKind.Hmac, "device"));

        Assert.Equal(users[0], users[2]);
        Assert.NotEqual(users[0], users[1]);
        Assert.Equal(users[0], elsewhere[0]);
        Assert.NotEqual(users[0], others[0]);
        Assert.All(users, user => Assert.Matches("^h1\\.[A-Za-z0-9_-]{22}$", user));
    }

    [Fact]
    public void The_pseudonyms_of_a_key_are_these_for_ever()
    {
        // Computed by another program (Python, HKDF and AES-SIV of OpenSSL).
        Assert.Equal("h1.Yi2IPhbhkKr_DBZjS2iRuw", Masked(One, [Row(Rotation, "anna")], new(MaskKind.Hmac, "user"))[0]);
        Assert.Equal("s1.8-N8XdVJ1hjK7OVQ9eFStAahKko", Masked(One, [Row(Rotation, "anna")], new(MaskKind.AesSiv, "user"))[0]);
    }

    [Fact]
    public void The_event_time_chooses_the_key_whatever_the_order_of_rows()
    {
        var masked = Masked(Two, [Row(Rotation, "anna"), Row(Rotation.AddTicks(-10), "anna"), Row(Rotation.AddYears(-9), "anna")], new(MaskKind.Hmac, "user"));
        var before = Masked(One, [Row(Rotation, "anna")], new(MaskKind.Hmac, "user"));

        Assert.StartsWith("h2.", masked[0]);
        Assert.Equal([before[0], before[0]], masked[1..]);
    }

    [Fact]
    public void Behind_a_rotation_rows_carry_the_pseudonym_before_it_as_long_as_the_overlap()
    {
        var rows = new[] { Rotation.AddTicks(-10), Rotation, Rotation + Overlap - TimeSpan.FromTicks(10), Rotation + Overlap };
        var previous = Masked(Two, [.. rows.Select(at => Row(at, "anna"))], new(MaskKind.Hmac, "user"), column: "before");
        var before = Masked(One, [Row(Rotation, "anna")], new(MaskKind.Hmac, "user"))[0];

        Assert.Equal([null, before, before, null], previous);
    }

    [Fact]
    public void A_touch_under_both_pseudonyms_meets_a_conversion_under_its_oldest_across_a_rotation()
    {
        var window = TimeSpan.FromDays(7);
        var random = new Random(8);
        for (var i = 0; i < 200; i++)
        {
            var conversion = Rotation.AddMinutes(random.Next(-20_000, 40_000));
            var touch = conversion - TimeSpan.FromMinutes(random.Next(0, (int)window.TotalMinutes));
            var spec = new MaskSpec(MaskKind.Hmac, "user");
            DateTimeOffset[] times = [touch, conversion];
            var now = Masked(Two, [.. times.Select(at => Row(at, "anna"))], spec);
            var before = Masked(Two, [.. times.Select(at => Row(at, "anna"))], spec, column: "before");
            Assert.Contains(before[1] ?? now[1], (string?[])[now[0], before[0]]);
        }
    }

    [Fact]
    public void Who_has_the_key_turns_aes_siv_back_and_nobody_else()
    {
        var masked = Masked(Two, [Row(Rotation, "203.0.113.7"), Row(Rotation.AddDays(-1), "ünï ☃")], new(MaskKind.AesSiv, "ip"));

        Assert.Equal(["203.0.113.7", "ünï ☃"], masked.Select(each => Two.Unmask(each!, "ip")));
        Assert.Contains("not masked in the domain 'email'", Assert.Throws<TerminalException>(() => Two.Unmask(masked[0]!, "email")).Message);
        Assert.Contains("key version 2, which", Assert.Throws<TerminalException>(() => One.Unmask(masked[0]!, "ip")).Message);
        foreach (var wrong in (string[])["h1.AAAAAAAAAAAAAAAAAAAAAA", "203.0.113.7", "s.x", "", "s1."])
            Assert.Throws<TerminalException>(() => Two.Unmask(wrong, "ip"));
    }

    [Fact]
    public void Dropped_values_are_null_and_addresses_keep_their_network()
    {
        Assert.Equal([null, null], Masked(MaskKeys.None, [Row(Rotation, "anna"), Row(Rotation, null)], new(MaskKind.Drop, "user")));
        Assert.Equal(["203.0.113.0/24", null, "2001:db8::/48"],
            Masked(MaskKeys.None, [Row(Rotation, "203.0.113.7"), Row(Rotation, null), Row(Rotation, "2001:db8::7")], new(MaskKind.TruncateIp, "user")));
    }

    [Fact]
    public void Texts_of_a_dictionary_and_texts_in_full_are_masked_alike()
    {
        // More distinct texts than the decoder keeps a dictionary for: it gives it up between two batches.
        string[] rows = [.. Enumerable.Range(0, 9000).Select(i => Row(Rotation.AddSeconds(i % 2 == 0 ? -1 : 1), $"user {i}"))];
        var spec = new MaskSpec(MaskKind.AesSiv, "user");
        var contract = Contract(spec, "user");
        using var mask = BatchMask.Of(contract, Two)!;
        using var decoder = BlockDecoders.For(contract);
        var batch = RecordBatches.For(contract);
        batch.Shard = Given.Shard;
        for (var round = 0; round < 3; round++)
        {
            batch.Clear();
            using var block = Given.Block(rows.Select((row, i) => Given.Record(i, row)));
            decoder.Decode(block, batch, new RejectionList(), new());
            var masked = (TextColumn)mask.Apply(batch).Columns[1];
            Assert.Equal(batch.Columns[1].GetType(), masked.GetType());
            for (var i = 0; i < block.Count; i += 97) Assert.Equal($"user {i}", Two.Unmask(Encoding.UTF8.GetString(masked[i]), "user"));
        }
    }

    [Fact]
    public void A_text_that_is_no_address_refuses_its_record_and_no_other()
    {
        var contract = Contract(new(MaskKind.TruncateIp, "user"), "user");
        using var decoder = BlockDecoders.For(contract);
        var (batch, rejections) = (RecordBatches.For(contract), new RejectionList());
        batch.Shard = Given.Shard;
        string[] rows = [Row(Rotation, "1.2.3.4"), Row(Rotation, "secret"), "{", Row(Rotation, null), Row(Rotation, ""), Row(Rotation, "::1")];
        using var block = Given.Block(rows.Select((row, i) => Given.Record(10 + i, row)));
        Assert.Equal(6, decoder.Decode(block, batch, rejections, new()));

        Assert.Equal([10L, 13, 15], batch.Positions.Values.ToArray());
        Assert.Equal(["1.2.3.4", null, "::1"], Texts(batch, 1));
        Assert.Equal(
            [(12L, RejectionCode.Truncated, rows[2]), (11, RejectionCode.BadAddress, rows[1]), (14, RejectionCode.BadAddress, rows[4])],
            rejections.Select(each => (each.Position, each.Code, Encoding.UTF8.GetString(each.Record.Span))));
        Assert.Equal("Field 'user' holds no IP address.", rejections.Last().Message);
    }

    [Fact]
    public void A_masked_row_allocates_nothing()
    {
        string[] rows = [.. Enumerable.Range(0, 5000).Select(i => Row(Rotation.AddSeconds(i % 2 == 0 ? -1 : 1), $"10.1.{i / 250}.{i % 250}"))];
        foreach (var kind in Enum.GetValues<MaskKind>())
        {
            var contract = Contract(new(kind, "user"), "user");
            if (kind is MaskKind.TruncateIp or MaskKind.Drop) contract = contract with { Columns = [.. contract.Columns.Take(2)] };
            var decoded = Given.Decode(contract, rows);
            decoded.Batch.Replace(1, ((TextColumn)decoded.Batch.Columns[1]).ToPlain());    // a text each: nothing is looked up
            using var mask = BatchMask.Of(contract, Two)!;
            mask.Apply(decoded.Batch);
            mask.Apply(decoded.Batch);

            Assert.InRange(Allocations.OfPass(() => mask.Apply(decoded.Batch)), 0, 1000);
        }
    }

    [Fact]
    public void Without_a_key_nothing_is_written_in_the_clear() => Assert.Contains(
        "set Masking:Keys", Assert.Throws<TerminalException>(() => BatchMask.Of(Contract(new(MaskKind.Hmac, "user"), "user"), MaskKeys.None)).Message);

    private static MaskKey Key(int version, DateTimeOffset from) => new(version, Enumerable.Repeat((byte)version, 32).ToArray(), from);

    private static string Row(DateTimeOffset at, string? user) =>
        $$"""{"time":"{{at:O}}","user":{{(user is null ? "null" : $"\"{user}\"")}}}""";

    private static DatasetContract Contract(MaskSpec mask, string name) => Given.Contract(
        new ColumnSpec("at", new(ColumnKind.Timestamp), ["time"], Required: true), new ColumnSpec(name, new(ColumnKind.String), ["user"]) { Mask = mask },
        new ColumnSpec("before", new(ColumnKind.String), [], mask.NeedsKey ? new(DerivationKind.PreviousMask, name) : null));

    private static List<string?> Masked(MaskKeys keys, string[] rows, MaskSpec mask, string name = "user", string? column = null)
    {
        var contract = Contract(mask, name);
        if (!mask.NeedsKey) contract = contract with { Columns = [.. contract.Columns.Take(2)] };
        var decoded = Given.Decode(contract, rows);
        Assert.Empty(decoded.Rejections);
        using var masks = BatchMask.Of(contract, keys)!;
        return Texts(masks.Apply(decoded.Batch), contract.IndexOf(column ?? name));
    }

    private static List<string?> Texts(RecordBatch batch, int column)
    {
        var texts = (TextColumn)batch.Columns[column];
        return [.. Enumerable.Range(0, batch.Rows).Select(row => texts.IsNull(row) ? null : Encoding.UTF8.GetString(texts[row]))];
    }
}

using System.Security.Cryptography;
using System.Text;
using Pipeline.Sandbox.Generating;

namespace Pipeline.Tests.Unit.SampleData;

public sealed class UserActionsGeneratorTests
{
    [Fact]
    public void The_bytes_are_those_that_the_figures_were_measured_with()
    {
        // SHA-256 of what `node events-generator.mjs out 20001 1` wrote on 2026-11-21.
        var (bytes, report) = Generate(new(20_001));
        Assert.Equal("C6B326AB6E3B8914CCD820ABC3A227E3ED62BC624D7D9E9CA670861FE598C28F", Convert.ToHexString(SHA256.HashData(bytes)));
        Assert.Equal((20_001, bytes.Length), (report.Lines, report.Bytes));
        Assert.Equal([new("accepted", 20_001)], report.Verdicts);
    }

    [Fact]
    public void Every_bad_record_is_refused_for_the_reason_it_was_made_for()
    {
        var (bytes, report) = Generate(new(4_000, Seed: 20, FaultShare: 0.5));
        var verdicts = Lines(bytes).CountBy(line => SampleJudge.Judge(Encoding.Latin1.GetBytes(line)).Code).ToDictionary();

        Assert.Equal(bytes.Length, report.Bytes);
        Assert.All(report.Verdicts, told => Assert.Equal($"{told.Key} {told.Value}", $"{told.Key} {verdicts[told.Key]}"));
        Assert.Equal(4_000, report.Verdicts.Values.Sum());
        Assert.Equal(17, report.Verdicts.Count);
        Assert.InRange(report.Verdicts["accepted"], 1_800, 2_200);
    }

    [Fact]
    public void Faults_leave_the_other_records_as_they_are()
    {
        var clean = Lines(Generate(new(2_000, Seed: 5)).Bytes);
        var faulty = Lines(Generate(new(2_000, Seed: 5, FaultShare: 0.1)).Bytes);

        var changed = clean.Zip(faulty).Count(pair => pair.First != pair.Second);
        Assert.Equal(Generate(new(2_000, Seed: 5, FaultShare: 0.1)).Report.Verdicts["accepted"], 2_000 - changed);
    }

    [Fact]
    public void Options_bound_what_the_records_hold()
    {
        var rows = Lines(Generate(new(500, Days: 1, Users: 2, Products: 3)).Bytes)
            .Select(line => SampleJudge.Judge(Encoding.UTF8.GetBytes(line)).Row!).ToList();

        Assert.Equal([new DateTime(2023, 10, 23)], rows.Select(row => row.EventTime.Date).Distinct());
        Assert.Equal(["user_0", "user_1"], rows.Select(row => row.UserId).Distinct().Order());
        Assert.Equal(["SKU-1000", "SKU-1001", "SKU-1002"], rows.Select(row => row.Sku).Distinct().Order());
    }

    [Theory]
    [InlineData(-1, 0, 5, 1, 1)]
    [InlineData(1, 1.5, 5, 1, 1)]
    [InlineData(1, double.NaN, 5, 1, 1)]
    [InlineData(1, 0, 0, 1, 1)]
    [InlineData(1, 0, 20_001, 1, 1)]
    [InlineData(1, 0, 5, 0, 1)]
    [InlineData(1, 0, 5, 1, 0)]
    [InlineData(1, 0, 5, 1, 1_000_001)]
    public void Options_out_of_bounds_are_refused(long lines, double faults, int days, int users, int products)
    {
        var options = new GeneratorOptions(lines, 1, faults, days, users, products);
        Assert.Throws<ArgumentOutOfRangeException>(() => UserActionsGenerator.Write(Stream.Null, options));
    }

    [Fact]
    public void No_lines_are_an_empty_file() => Assert.Empty(Generate(new(0)).Bytes);

    private static (byte[] Bytes, GeneratorReport Report) Generate(GeneratorOptions options)
    {
        using var stream = new MemoryStream();
        var report = UserActionsGenerator.Write(stream, options);
        return (stream.ToArray(), report);
    }

    // Latin-1 keeps every byte apart.
    private static string[] Lines(byte[] bytes) => Encoding.Latin1.GetString(bytes).Split('\n', StringSplitOptions.None)[..^1];
}

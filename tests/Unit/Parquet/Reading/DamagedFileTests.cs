using System.Diagnostics;
using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Reading;

namespace Pipeline.Tests.Unit.Parquet.Reading;

public sealed class DamagedFileTests(ITestOutputHelper output)
{
    // More rows than any file here has: a run of a few bytes may stand for billions, which is not a fault.
    private const int MaxRows = 200_000;

    [Fact]
    public void Whatever_happens_to_its_bytes_a_file_is_read_or_refused()
    {
        var rounds = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1" ? 20_000 : 400;
        var random = new Random(20261121);
        var files = Files().ToList();
        var (refused, read, mostBytes) = (0, 0, 0L);
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var file in files)
            {
                var damaged = Damage(file, random);
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    ReadAll(damaged);
                    read++;
                }
                catch (InvalidDataException)
                {
                    refused++;
                }
                catch (Exception error)
                {
                    Assert.Fail($"round {round}: {error}\n{Convert.ToBase64String(damaged)}");
                }

                mostBytes = Math.Max(mostBytes, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }

        output.WriteLine($"{refused} refused, {read} read, {mostBytes} bytes allocated at most, {clock.Elapsed}");
        Assert.True(refused > read / 4, $"{refused} refused, {read} read");
        Assert.InRange(mostBytes, 1, 1L << 30);
    }

    [Fact]
    public void Every_cut_off_file_is_refused()
    {
        foreach (var file in Files())
            for (var length = 0; length < file.Length; length += Math.Max(1, file.Length / 300))
                Assert.Throws<InvalidDataException>(() => ReadAll(file[..length]));
    }

    [Fact]
    public void A_hundred_bytes_cannot_ask_for_gigabytes()
    {
        var claims = new ForeignFile(StoredType.ByteArray, int.MaxValue).ToBytes(StoredEncoding.Plain, 0xFF, 0xFF, 0xFF, 0x7F);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => ReadAll(claims));
        Assert.Equal("Column 'v', page at byte 4: it ends before its last value.", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Two_billion_repetitions_of_a_long_text_come_in_portions()
    {
        byte[] entry = [.. BitConverter.GetBytes(1 << 20), .. Enumerable.Repeat((byte)'x', 1 << 20)];
        var file = new ForeignFile(StoredType.ByteArray, int.MaxValue) { Dictionary = (1, entry) }
            .ToBytes(StoredEncoding.RleDictionary, 1, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0);
        using var rowGroup = new ParquetReader(new MemoryStream(file)).OpenRowGroup(0);
        var into = rowGroup.NewColumns();
        Assert.InRange(rowGroup.Read(into, int.MaxValue), 1, 128);
        Assert.InRange(into[0].ValueBytes, 1 << 20, 129L << 20);
    }

    [Fact]
    public void After_a_fault_the_columns_are_as_they_were()
    {
        var (numbers, texts) = (new FixedColumn<long>(), new Utf8Column());
        numbers.Append(1);
        texts.Append("text"u8);
        var file = Tables.Write(
            [new("a", ParquetType.Int64, false), new("b", ParquetType.Utf8, false)], [[numbers, texts]],
            new ParquetOptions { Codec = ParquetCodec.None });
        file[file.AsSpan().IndexOf("text"u8)] = 0xFF;
        using var rowGroup = new ParquetReader(new MemoryStream(file)).OpenRowGroup(0);
        var into = rowGroup.NewColumns();
        Assert.Throws<InvalidDataException>(() => rowGroup.Read(into, 10));
        Assert.All(into, column => Assert.Equal(0, column.Count));
        Assert.Throws<InvalidOperationException>(() => rowGroup.Read(into, 10));
    }

    [Fact]
    public void A_text_that_is_not_utf8_and_a_decimal_with_too_many_digits_are_refused()
    {
        Assert.Contains("is not UTF-8", Refusal(new(StoredType.ByteArray, 1), [1, 0, 0, 0, 0x80]), StringComparison.Ordinal);
        // Together they are a character, each alone is not.
        var halves = Refusal(new(StoredType.ByteArray, 2), [1, 0, 0, 0, 0xC3, 1, 0, 0, 0, 0xA9]);
        Assert.Contains("is not UTF-8", halves, StringComparison.Ordinal);
        var hundred = Refusal(new(StoredType.Int32, 1) { Converted = 5, Precision = 2 }, [100, 0, 0, 0]);
        Assert.Contains("more digits than its type", hundred, StringComparison.Ordinal);
    }

    [Fact]
    public void The_checksum_is_that_of_gzip() => Assert.Equal(0xCBF43926, Crc32.Of("123456789"u8));

    private static string Refusal(ForeignFile file, byte[] values) =>
        Assert.Throws<InvalidDataException>(() => ReadAll(file.ToBytes(StoredEncoding.Plain, values))).Message;

    private static void ReadAll(byte[] file)
    {
        var reader = new ParquetReader(new MemoryStream(file));
        var rows = 0L;
        for (var group = 0; group < reader.RowGroupRows.Count && rows < MaxRows; group++)
        {
            using var rowGroup = reader.OpenRowGroup(group);
            var columns = rowGroup.NewColumns();
            for (var read = -1; read != 0 && rows < MaxRows; rows += read)
            {
                read = rowGroup.Read(columns, 500);
                foreach (var column in columns) column.Clear();
            }
        }
    }

    private static byte[] Damage(byte[] file, Random random)
    {
        var damaged = file.ToArray();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            // More often in the pages: a footer is soon refused as a whole.
            var at = random.Next(random.Next(5) == 0 ? damaged.Length : Math.Max(1, damaged.Length * 2 / 5));
            switch (random.Next(6))
            {
                case 0: damaged[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: damaged[at] = (byte)random.Next(256); break;
                case 2: damaged[at] = 0xFF; break;
                case 3: damaged[at] = 0; break;
                case 4: damaged.AsSpan(at, Math.Min(random.Next(1, 9), damaged.Length - at)).Fill(0x7F); break;
                default: damaged.AsSpan(random.Next(at + 1), damaged.Length - at).ToArray().CopyTo(damaged, at); break;
            }
        }

        return random.Next(20) == 0 ? damaged[..random.Next(damaged.Length)] : damaged;
    }

    private static IEnumerable<byte[]> Files()
    {
        foreach (var codec in Enum.GetValues<ParquetCodec>())
        {
            foreach (var distinct in (int[])[5, int.MaxValue])
            {
                var random = new Random(1);
                var columns = Tables.Types.Select((type, i) => Tables.Create(type, random, 60, i % 2 == 0 ? 0.3 : 0, distinct)).ToArray();
                ParquetField[] fields = [.. Tables.Types.Select((type, i) => new ParquetField($"c{i}", type, i % 2 == 0))];
                yield return Tables.Write(fields, [columns, columns], new ParquetOptions { Codec = codec, MaxPageBytes = 1024 });
            }
        }

        byte[] lengths = [0x80, 1, 4, 4, 10, 0, 1, 0, 0, 0, 0b010, 0, 0, 0];
        byte[] suffixes = [.. lengths, .. "HelloWorldFoobarABCDEF"u8];
        byte[] prefixes = [0x80, 1, 4, 4, 0, 0, 2, 0, 0, 0, 0b111110, 0, 0, 0, 0, 0, 0, 0];
        byte[] deltas = [0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0b11000000, 0b00111111, 0, 0, 0, 0, 0, 0];
        yield return new ForeignFile(StoredType.Int32, 8).ToBytes(StoredEncoding.DeltaBinaryPacked, deltas);
        yield return new ForeignFile(StoredType.ByteArray, 4).ToBytes(StoredEncoding.DeltaLengthByteArray, suffixes);
        yield return new ForeignFile(StoredType.ByteArray, 4).ToBytes(StoredEncoding.DeltaByteArray, [.. prefixes, .. suffixes]);
        yield return new ForeignFile(StoredType.Float, 3).ToBytes(StoredEncoding.ByteStreamSplit, Encoding.ASCII.GetBytes("abcdefghijkl"));
        yield return new ForeignFile(StoredType.Boolean, 5).ToBytes(StoredEncoding.Rle, 4, 0, 0, 0, 6, 1, 3, 0b10);
        var secondVersion = new ForeignFile(StoredType.Int64, 4) { Nullable = true, Levels = [3, 0b1010] };
        yield return secondVersion.ToBytes(StoredEncoding.Plain, new byte[16]);
        yield return new ForeignFile(StoredType.Int96, 1).ToBytes(StoredEncoding.Plain, new byte[12]);
    }
}

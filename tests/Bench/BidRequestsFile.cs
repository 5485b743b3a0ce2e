using System.Buffers.Binary;
using System.Text;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Bench;

/// <summary>Writes a container file of requests for bids, not compressed, by the specification and nothing of the product's.</summary>
internal sealed class BidRequestsFile(Stream file)
{
    private const int BlockBytes = 64_000;

    private static readonly byte[] Sync = [.. Enumerable.Range(1, 16).Select(i => (byte)(i * 13))];
    private static readonly string[] Countries = ["DEU", "USA", "IND", "FRA", "BRA"], Cities = ["Berlin", "Austin", "Pune", "Lyon", "Recife"];

    private readonly MemoryStream block = new();
    private readonly Random random = new(7);
    private int records;

    /// <summary>Writes the file.</summary>
    public static void Write(Stream file, int requests)
    {
        var writer = new BidRequestsFile(file);
        writer.Head(File.ReadAllText(Repository.PathOf("functions", "datasets", "bid_requests.avsc")));
        for (var i = 0; i < requests; i++)
        {
            writer.Request(i);
            if (writer.block.Length >= BlockBytes) writer.Close();
        }
        writer.Close();
    }

    private void Head(string schema)
    {
        file.Write("Obj\u0001"u8);
        Long(2).Text("avro.schema").Text(schema).Text("avro.codec").Text("null").Long(0);
        block.WriteTo(file);
        block.SetLength(0);
        file.Write(Sync);
    }

    private void Close()
    {
        var data = block.ToArray();
        block.SetLength(0);
        Long(records).Long(data.Length);
        block.WriteTo(file);
        file.Write(data);
        file.Write(Sync);
        block.SetLength(0);
        records = 0;
    }

    private void Request(int i)
    {
        records++;
        Text($"req-{i:x8}-{random.Next():x8}").Long(1_790_000_000_000 + i * 7L);
        var slots = random.Next(1, 4);
        Long(slots);
        for (var slot = 1; slot <= slots; slot++) Slot(slot);
        Long(0);
        Site(i);
        Long(0);                                                                        // no app
        Device(i);
        User(i);
        Long(1 + i % 2).Long(1).Long(120).Long(1).Text("USD").Long(0).Long(1).Text("exchange").Text("one").Long(0);
    }

    private void Slot(int slot)
    {
        Text($"{slot}").Long(1).Long(1).Long(slot == 1 ? 300 : 728).Long(1).Long(slot == 1 ? 250 : 90).Long(0);
        Long(1).Text($"tag-{random.Next(5000)}");
        Span<byte> price = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(price, random.Next(50_000, 9_000_000));
        Long(price.Length);
        block.Write(price);
        Text("USD").Long(1).Flag(true).Long(0);
    }

    private void Site(int i)
    {
        var site = random.Next(2000);
        Long(1).Long(1).Text($"{site}").Long(1).Text($"news-{site}.example.com").Long(1).Text($"https://news-{site}.example.com/story/{i}")
            .Long(2).Text("IAB12").Text("IAB1-5").Long(0).Long(1).Long(1).Text($"pub-{site % 300}").Long(1).Text($"Publisher {site % 300}");
    }

    private void Device(int i)
    {
        var place = random.Next(Countries.Length);
        Long(1).Long(1).Text("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile").Long(1).Text($"203.0.113.{i % 250}");
        Long(1).Long(1).Text(Countries[place]).Long(0).Long(1).Text(Cities[place]).Long(1).Real(random.Next(-900, 900) / 10.0).Long(1).Real(random.Next(-1800, 1800) / 10.0);
        Long(1 + random.Next(8)).Long(1).Text("Android");
    }

    private void User(int i)
    {
        if (i % 4 == 0)
        {
            Long(0);
            return;
        }
        Long(1).Long(1).Text($"user-{random.Next(500_000)}").Long(1).Long(1).Text("provider-1").Long(2);
        for (var segment = 0; segment < 2; segment++) Text($"seg-{random.Next(400)}").Long(1).Text("0.7");
        Long(0).Long(0);
    }

    private BidRequestsFile Long(long value)
    {
        var zigzag = (ulong)(value << 1 ^ value >> 63);
        for (; zigzag > 0x7F; zigzag >>= 7) block.WriteByte((byte)(zigzag & 0x7F | 0x80));
        block.WriteByte((byte)zigzag);
        return this;
    }

    private BidRequestsFile Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Long(bytes.Length);
        block.Write(bytes);
        return this;
    }

    private BidRequestsFile Flag(bool value)
    {
        block.WriteByte(value ? (byte)1 : (byte)0);
        return this;
    }

    private BidRequestsFile Real(double value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        block.Write(bytes);
        return this;
    }
}

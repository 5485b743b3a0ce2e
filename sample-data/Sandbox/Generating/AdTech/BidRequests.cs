using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Sandbox.Generating.AdTech;

/// <summary>Writes bid requests as an Avro container file: an exchange's own schema, which has fewer fields than the one they are read
/// by.</summary>
internal sealed class BidRequests(Random random)
{
    /// <summary>The file's name.</summary>
    public const string Name = "bid_requests.avro";

    private const int BlockRequests = 100, OneRepeatedAmong = 25, DeviceTypes = 9;

    private const string Schema =
        """
        {"type":"record","name":"BidRequest","namespace":"ads.exchange","fields":[
        {"name":"id","type":"string"},{"name":"timestamp","type":{"type":"long","logicalType":"timestamp-millis"}},
        {"name":"imp","type":{"type":"array","items":{"type":"record","name":"Imp","fields":[{"name":"id","type":"string"},
        {"name":"banner","type":["null",{"type":"record","name":"Banner","fields":[{"name":"w","type":["null","int"]},{"name":"h","type":["null","int"]}]}]},
        {"name":"bidfloor","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":6}},{"name":"bidfloorcur","type":"string"}]}}},
        {"name":"site","type":["null",{"type":"record","name":"Site","fields":[{"name":"domain","type":["null","string"]}]}]},
        {"name":"device","type":["null",{"type":"record","name":"Device","fields":[
        {"name":"geo","type":["null",{"type":"record","name":"Geo","fields":[{"name":"country","type":["null","string"]}]}]},
        {"name":"devicetype","type":{"type":"enum","name":"DeviceType","symbols":["UNKNOWN","MOBILE_TABLET","PERSONAL_COMPUTER","CONNECTED_TV",
        "PHONE","TABLET","CONNECTED_DEVICE","SET_TOP_BOX","OUT_OF_HOME"]}}]}]},
        {"name":"user","type":["null",{"type":"record","name":"User","fields":[{"name":"id","type":["null","string"]}]}]},
        {"name":"at","type":"int"}]}
        """;

    private static readonly string?[] Lands = ["USA", "DEU", "GBR", "CIV", "XXX", null];

    private static readonly (int Width, int Height)[] Sizes = [(300, 250), (728, 90), (160, 600), (320, 50)];

    // The mark between blocks is random by the format's own advice; here it is the same for the same schema, as all the file is.
    private readonly byte[] mark = SHA256.HashData(Encoding.UTF8.GetBytes(Schema))[..16];

    /// <summary>Slots written, those of repeated requests included: a row each.</summary>
    public int Slots { get; private set; }

    /// <summary>Slots of repeated requests.</summary>
    public int Repeated { get; private set; }

    /// <summary>Writes the file.</summary>
    public void Write(Stream file, int requests)
    {
        file.Write("Obj\u0001"u8);
        file.Write(new AvroBytes().Long(2).Text("avro.schema").Bytes(Encoding.UTF8.GetBytes(Schema.ReplaceLineEndings("")))
            .Text("avro.codec").Text("null").Long(0).Raw(mark).ToArray());
        for (var from = 0; from < requests; from += BlockRequests)
        {
            var (block, count) = (new AvroBytes(), 0);
            for (var number = from; number < Math.Min(requests, from + BlockRequests); number++)
            {
                var (request, slots) = Request(number, requests);
                var times = random.Next(OneRepeatedAmong) == 0 ? 2 : 1;
                for (var i = 0; i < times; i++) block.Raw(request);
                (count, Slots, Repeated) = (count + times, Slots + times * slots, Repeated + (times - 1) * slots);
            }
            file.Write(new AvroBytes().Long(count).Bytes(block.ToArray()).Raw(mark).ToArray());
        }
    }

    private (byte[] Request, int Slots) Request(int number, int requests)
    {
        var at = AdTime.Start.AddMilliseconds((long)(number * (9 * 86_400_000d / requests)));
        var slots = random.Next(5);
        var request = new AvroBytes().Text(string.Create(CultureInfo.InvariantCulture, $"req-{number:D6}"))
            .Long(new DateTimeOffset(at).ToUnixTimeMilliseconds());
        if (slots > 0) request.Long(slots);
        for (var slot = 1; slot <= slots; slot++)
        {
            var (width, height) = Sizes[random.Next(Sizes.Length)];
            request.Text(slot.ToString(CultureInfo.InvariantCulture));
            if (random.Next(4) == 0) request.Long(0);
            else request.Long(1).Long(1).Long(width).Long(1).Long(height);
            request.Decimal(random.Next(5_000_000)).Text(random.Next(2) == 0 ? "USD" : "EUR");
        }
        request.Long(0);
        if (random.Next(3) == 0) request.Long(0);
        else request.Long(1).Maybe("news.example.com");
        request.Long(1).Long(1).Maybe(Lands[random.Next(Lands.Length)]).Long(random.Next(DeviceTypes));
        if (random.Next(5) == 0) request.Long(0);
        else request.Long(1).Maybe(string.Create(CultureInfo.InvariantCulture, $"user-{random.Next(200):D5}"));
        return (request.Long(random.Next(1, 3)).ToArray(), slots);
    }
}

using System.Buffers.Binary;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Avro.Messages;
using Pipeline.Transforms.Avro.Schemas;
using Pipeline.Transforms.Ports;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>How messages name their schemas.</summary>
public sealed class MessageTests
{
    private static readonly string Schema = GivenAvro.Schema("\"long\"");
    private static readonly byte[] Datum = new AvroBytes().Long(5).ToArray();

    [Fact]
    public void A_registered_schema_is_loaded_before_decoding()
    {
        var schemas = new Schemas { [AvroSchemaName.OfId(7)] = Schema };
        var decoded = GivenAvro.Messages(Of(new(null)), schemas, AvroBytes.Registered(7, Datum), AvroBytes.Registered(7, Datum));
        Assert.Equal(("5", "5"), (decoded["c"], decoded["c", 1]));
        Assert.Equal([AvroSchemaName.OfId(7)], schemas.Loaded);
    }

    [Fact]
    public void A_schema_that_is_nowhere_refuses_its_records_only()
    {
        var schemas = new Schemas { [AvroSchemaName.OfId(7)] = Schema };
        var decoded = GivenAvro.Messages(Of(new(null)), schemas, AvroBytes.Registered(8, Datum), AvroBytes.Registered(7, Datum));
        var rejection = Assert.Single(decoded.Rejections);
        Assert.Equal(RejectionCode.UnknownSchema, rejection.Code);
        Assert.Equal("The record names the schema of id 8, which neither the archive nor the registry has.", rejection.Message);
        Assert.Equal("5", decoded["c"]);
    }

    [Fact]
    public void A_schema_that_cannot_be_read_refuses_its_records()
    {
        var schemas = new Schemas { [AvroSchemaName.OfId(7)] = "{\"type\":\"rekord\"}" };
        var rejection = Assert.Single(GivenAvro.Messages(Of(new(null)), schemas, AvroBytes.Registered(7, Datum)).Rejections);
        Assert.Equal(RejectionCode.UnknownSchema, rejection.Code);
        Assert.Contains("'rekord'", rejection.Message);
    }

    [Fact]
    public void A_single_object_names_its_schema_by_fingerprint()
    {
        var fingerprint = CanonicalForm.Fingerprint(AvroSchemaReader.ReadWriters(Schema));
        var message = new byte[10 + Datum.Length];
        (message[0], message[1]) = (0xC3, 0x01);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(2), fingerprint);
        Datum.CopyTo(message, 10);
        var archived = new Schemas { [AvroSchemaName.OfFingerprint(fingerprint)] = Schema };
        Assert.Equal("5", GivenAvro.Messages(Of(new(null)), archived, message)["c"]);
        Assert.Equal("5", GivenAvro.Messages(Of(new(Schema)), null, message)["c"]);
        Assert.Equal(RejectionCode.UnknownSchema, Assert.Single(GivenAvro.Messages(Of(new(null)), null, message).Rejections).Code);
    }

    [Fact]
    public void Bare_records_are_of_the_contracts_schema()
    {
        var decoded = GivenAvro.Messages(Of(new(Schema, IsBare: true)), null, Datum, null, [.. Datum, 0]);
        Assert.Equal("5", decoded["c"]);
        Assert.Equal([RejectionCode.NoValue, RejectionCode.MalformedAvro], decoded.Rejections.Select(each => each.Code));
        Assert.Equal("The record is no value of its schema: at byte 1 begin bytes behind the end of its datum.", decoded.Rejections[1].Message);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0xC3, 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(new byte[] { 0x7B, 0x7D, 0x20, 0x20, 0x20, 0x20 })]
    public void A_message_that_names_no_schema_is_refused(byte[] message) =>
        Assert.Equal(RejectionCode.MalformedAvro, Assert.Single(GivenAvro.Messages(Of(new(null)), new Schemas(), message).Rejections).Code);

    [Fact]
    public async Task Schemas_come_from_the_archive_first_and_are_archived()
    {
        var (archive, registry) = (new Archive(), new Registry { [9] = Schema });
        archive[AvroSchemaName.OfId(7)] = Schema;
        var schemas = new AvroSchemas(archive, registry, new Clock());
        await schemas.LoadAsync([AvroSchemaName.OfId(7), AvroSchemaName.OfId(9)], TestContext.Current.CancellationToken);
        Assert.Equal((Schema, Schema), (schemas.Find(AvroSchemaName.OfId(7)), schemas.Find(AvroSchemaName.OfId(9))));
        Assert.Equal([9u], registry.Asked);
        Assert.Equal((9u, CanonicalForm.Fingerprint(AvroSchemaReader.ReadWriters(Schema))), Assert.Single(archive.Kept));
    }

    [Fact]
    public async Task A_schema_that_is_nowhere_is_asked_for_again_after_a_minute()
    {
        var (registry, time) = (new Registry(), new Clock());
        var schemas = new AvroSchemas(new Archive(), registry, time);
        await schemas.LoadAsync([AvroSchemaName.OfId(9)], TestContext.Current.CancellationToken);
        await schemas.LoadAsync([AvroSchemaName.OfId(9)], TestContext.Current.CancellationToken);
        Assert.Equal([9u], registry.Asked);
        registry[9] = Schema;
        time.Now += TimeSpan.FromSeconds(61);
        await schemas.LoadAsync([AvroSchemaName.OfId(9)], TestContext.Current.CancellationToken);
        Assert.Equal(Schema, schemas.Find(AvroSchemaName.OfId(9)));
    }

    private static Pipeline.Domain.Datasets.DatasetContract Of(Pipeline.Domain.Datasets.AvroSpec spec) =>
        GivenAvro.Contract(spec, GivenAvro.Column("int64"));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Archive : Dictionary<AvroSchemaName, string>, ISchemaArchive
    {
        public List<(uint Id, ulong? Fingerprint)> Kept { get; } = [];

        public Task<IReadOnlyDictionary<AvroSchemaName, string>> FindAsync(
            string registry, IReadOnlyCollection<AvroSchemaName> names, CancellationToken stopping) =>
            Task.FromResult<IReadOnlyDictionary<AvroSchemaName, string>>(this.Where(each => names.Contains(each.Key)).ToDictionary());

        public Task KeepAsync(string registry, uint id, ulong? fingerprint, string schema, CancellationToken stopping)
        {
            Kept.Add((id, fingerprint));
            return Task.CompletedTask;
        }
    }

    private sealed class Registry : Dictionary<uint, string>, ISchemaRegistry
    {
        public List<uint> Asked { get; } = [];

        public string Name => "registry";

        public Task<string?> FindAsync(uint id, CancellationToken stopping)
        {
            Asked.Add(id);
            return Task.FromResult(this.GetValueOrDefault(id));
        }
    }
}

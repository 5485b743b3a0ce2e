using Pipeline.Contracts;
using Pipeline.Domain.Datasets;

namespace Pipeline.Tests.Unit.Contracts;

/// <summary>What a contract may say of Avro records.</summary>
public sealed class AvroContractTests : IDisposable
{
    private const string Schema = """
        {"type":"record","name":"R","fields":[{"name":"id","type":"string"},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
        {"name":"imp","type":["null",{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"w","type":"int"}]}}]},
        {"name":"ext","type":{"type":"map","values":"string"}}]}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("avro-contracts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Schema_encoding_and_rows_are_read()
    {
        var contract = Assert.Single(Read("avro: { schema: r.avsc, encoding: bare, rows_of: imp }", "{ name: w, type: int64, from: imp.w }").Contracts);
        Assert.Equal(new AvroSpec(Schema, IsBare: true, RowsOf: "imp"), contract.Source.Avro);
        Assert.Equal(RecordFormat.Avro, contract.Source.Format);
    }

    [Fact]
    public void Without_a_schema_records_are_read_as_they_were_written()
    {
        var contract = Assert.Single(Read("", "{ name: rest, type: json, from: \".\" }").Contracts);
        Assert.Equal(new AvroSpec(null), contract.Source.Avro);
    }

    [Theory]
    [InlineData("avro: { schema: gone.avsc }", "there is no file 'gone.avsc' beside the contract; write the name of a file beside the contract that ends in .avsc")]
    [InlineData("avro: { schema: ../r.avsc }", "'../r.avsc' is no name of a schema's file; write the name of a file beside the contract that ends in .avsc")]
    [InlineData("avro: { schema: bad.avsc }", "the schema 'bad.avsc' is wrong: field 'a' of record 'R' has the type 'strng', which is neither a type of Avro nor declared before; correct the schema")]
    [InlineData("avro: { schema: number.avsc }", "the schema 'number.avsc' is wrong: it is of type int, and rows are made of records; correct the schema")]
    [InlineData("avro: { encoding: bare }", "source has bare records and no schema; add schema: and the file with their schema")]
    [InlineData("avro: { schema: r.avsc, rows_of: imps }", "'rows_of' of 'avro' of source is 'imps', which is no list of the schema's record; write 'imp', the only list")]
    [InlineData("avro: { rows_of: a.b }", "'rows_of' of 'avro' of source is 'a.b'; write the name of one field of the record")]
    [InlineData("avro: { scheme: r.avsc }", "'scheme' is no key of 'avro' of source; write 'schema'; the keys are schema, encoding, rows_of")]
    public void A_wrong_word_is_a_fault(string avro, string fault) =>
        Assert.EndsWith(fault, Assert.Single(Read(avro, "{ name: rest, type: json, from: \".\" }").Faults).ToString());

    [Theory]
    [InlineData("{ name: x, type: string, from: ids }", "column 'x' reads 'ids', which the schema does not have; read a field of the schema, or add it there")]
    [InlineData("{ name: x, type: int64, from: imp.h }", "column 'x' reads 'imp.h', which the schema does not have; read a field of the schema, or add it there")]
    [InlineData("{ name: x, type: string, from: \".\" }", "column 'x' reads '.', which is the whole record; make the column json")]
    public void A_column_that_the_schema_cannot_fill_is_a_fault(string column, string fault) =>
        Assert.EndsWith(fault, Assert.Single(Read("avro: { schema: r.avsc, rows_of: imp }", column).Faults).ToString());

    [Fact]
    public void A_table_cannot_tell_rows_of_one_record_apart()
    {
        var set = Read("avro: { schema: r.avsc, rows_of: imp }", "{ name: w, type: int64, from: imp.w }", "table: { name: rows, key: [id], newer_by: at }");
        Assert.Contains("the contract has a table, and makes several rows of one record", Assert.Single(set.Faults).Message);
    }

    private ContractSet Read(string avro, string column, string table = "")
    {
        File.WriteAllText(Path.Combine(folder, "r.avsc"), Schema);
        File.WriteAllText(Path.Combine(folder, "bad.avsc"), """{"type":"record","name":"R","fields":[{"name":"a","type":"strng"}]}""");
        File.WriteAllText(Path.Combine(folder, "number.avsc"), "\"int\"");
        File.WriteAllText(Path.Combine(folder, "bids.yaml"), $$"""
            dataset: bids
            version: 1
            source: { kind: kafka, topic: bids, format: avro{{(avro.Length == 0 ? "" : ", " + avro)}} }
            columns:
              - { name: id, type: string, from: id, required: true }
              - { name: at, type: timestamp, from: at, required: true }
              - { name: day, type: date, derive: date(at) }
              - {{column}}
            lake: { partition_by: [day], codec: zstd }
            {{table}}
            """);
        return ContractReader.ReadFolder(folder);
    }
}

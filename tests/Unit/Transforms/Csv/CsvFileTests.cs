using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Tests.Unit.Transforms.Files;

namespace Pipeline.Tests.Unit.Transforms.Csv;

public sealed class CsvFileTests
{
    private static readonly DatasetContract Contract = Given.Contract(
        new("id", new(ColumnKind.Int64), ["id"], Required: true), new("name", new(ColumnKind.String), ["name", "old_name"]));

    private static readonly DatasetContract Csv = GivenFiles.Csv(Contract);

    [Theory]
    [InlineData("id,name\n7,Dock\n")]
    [InlineData("id,name\r\n7,Dock\r\n")]
    [InlineData("id,name\r7,Dock\r")]
    [InlineData("id,name\n7,Dock")]
    [InlineData("\uFEFFid,name\n7,Dock\n")]
    [InlineData("\uFEFF\"id\",\"name\"\n\"7\",\"Dock\"\n")]
    [InlineData("\n\n\r\nid,name\n\n\n7,Dock\n\r\n\n")]
    [InlineData("name,id\nDock,7\n")]
    [InlineData("name , id\nDock,7\n")]
    [InlineData("id,old_name\n7,Dock\n")]
    [InlineData("id,name,\n7,Dock,\n")]
    public void Ways_to_write_the_same_row(string file)
    {
        var result = GivenFiles.Decode(Csv, file);
        Assert.Empty(result.Rejections);
        Assert.Equal((1, "7", "Dock"), (result.Batch.Rows, result["id"], result["name"]));
    }

    [Fact]
    public void Quoted_fields_keep_delimiters_line_breaks_quotes_and_white_space()
    {
        var result = GivenFiles.Decode(Csv, "id,name\n1,\"a,b\"\n2,\"two\r\nlines\"\n3,\"say \"\"hi\"\"\"\n4,\"\"\n5,\n6, x \n7,\"\"\"\"\n8,\"\"\"x\"\"\"\n");
        Assert.Empty(result.Rejections);
        Assert.Equal(["a,b", "two\r\nlines", "say \"hi\"", "", null, " x ", "\"", "\"x\""],
            Enumerable.Range(0, 8).Select(row => result["name", row]));
    }

    [Theory]
    [InlineData(';')]
    [InlineData('\t')]
    [InlineData('|')]
    public void Another_delimiter(char delimiter)
    {
        var result = GivenFiles.Decode(GivenFiles.Csv(Contract, delimiter: delimiter), $"id{delimiter}name\n7{delimiter}a,b\n");
        Assert.Equal("a,b", result["name"]);
    }

    [Fact]
    public void Only_unquoted_texts_mean_null()
    {
        var result = GivenFiles.Decode(GivenFiles.Csv(Contract, nulls: ["NULL"]), "id,name\n1,NULL\n2,\"NULL\"\n3,\n4,null\n");
        Assert.Equal([null, "NULL", "", "null"], Enumerable.Range(0, 4).Select(row => result["name", row]));
    }

    [Theory]
    [InlineData("7", RejectionCode.RaggedRow, "The record has 1 field; 2 are named.")]
    [InlineData("7,a,b", RejectionCode.RaggedRow, "The record has 3 fields; 2 are named.")]
    [InlineData("7,a\"b", RejectionCode.BadQuote, "At byte 3 of the record a quote stands inside an unquoted field, or text behind a closing quote.")]
    [InlineData("7,\"a\"b", RejectionCode.BadQuote, "At byte 5 of the record a quote stands inside an unquoted field, or text behind a closing quote.")]
    [InlineData("7, \"a\"", RejectionCode.BadQuote, "At byte 3 of the record a quote stands inside an unquoted field, or text behind a closing quote.")]
    [InlineData("7,\"a", RejectionCode.BadQuote, "The quoted field at byte 2 of the record runs over the end of its line, and what follows is no whole record of at most 1048576 bytes; reading went on with the next line.")]
    [InlineData(",a", RejectionCode.Null, "Field 'id' is required and null.")]
    [InlineData("x,a", RejectionCode.WrongType, "Field 'id' holds another type than the contract declares.")]
    [InlineData("7,a\0", RejectionCode.NulCharacter, "Field 'name' holds the character U+0000, which PostgreSQL cannot store.")]
    public void A_bad_row_is_refused_and_its_neighbours_are_not(string row, RejectionCode code, string message)
    {
        var result = GivenFiles.Decode(Csv, $"id,name\n1,before\n{row}\n2,after\n");
        var rejection = Assert.Single(result.Rejections);
        Assert.Equal((code, message, row), (rejection.Code, rejection.Message, Encoding.UTF8.GetString(rejection.Record.Span)));
        Assert.Equal(["before", "after"], Enumerable.Range(0, 2).Select(each => result["name", each]));
        Assert.Equal([(3L << 40) + 8, (3L << 40) + 17 + row.Length + 1], result.Batch.Positions.Values.ToArray());
        Assert.Equal((3L << 40) + 17, rejection.Position);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_cost_their_row()
    {
        byte[] file = [.. "id,name\n1,a\n2,"u8, 0xC3, .. "\n3,c\n"u8];
        var result = GivenFiles.Decode(Csv, new MemoryStream(file));
        Assert.Equal((RejectionCode.BadUtf8, "At byte 2 of the record it is not UTF-8."), (result.Rejections[0].Code, result.Rejections[0].Message));
        Assert.Equal(2, result.Batch.Rows);
    }

    [Fact]
    public void A_header_without_a_required_field_is_refused_once_for_each_chunk()
    {
        var file = "identity,name\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{i},name {i}\n"));
        var result = GivenFiles.Decode(Csv, file, chunkBytes: 300);
        Assert.Equal((0, 4), (result.Batch.Rows, result.Rejections.Count));
        Assert.All(result.Rejections, each => Assert.Equal(
            (RejectionCode.Missing, "id", "The file's first line names no field 'id', which column 'id' requires."), (each.Code, each.Field, each.Message)));
        Assert.Equal(4, result.Records);
    }

    [Theory]
    [InlineData("id,name,id\n1,a,2\n", RejectionCode.DuplicateKey, "The file's first line names the field 'id' twice.")]
    [InlineData("id,name, name\n1,a,b\n", RejectionCode.DuplicateKey, "The file's first line names the field 'name' twice.")]
    [InlineData("id,anna@example.com,anna@example.com\n1,a,b\n", RejectionCode.DuplicateKey, "The file's first line names a field twice that the contract does not read.")]
    [InlineData("7,anna@example.com,anna@example.com\n8,b,c\n", RejectionCode.Missing, "The file's first line names no field 'id', which column 'id' requires.")]
    [InlineData("id,na\"me\n1,a\n", RejectionCode.DamagedFile, "The file's first line, which names the fields, cannot be read. At byte 5 of the record a quote stands inside an unquoted field, or text behind a closing quote.")]
    public void A_header_that_makes_no_sense_is_refused_with_its_rows(string file, RejectionCode code, string message)
    {
        var result = GivenFiles.Decode(Csv, file);
        var rejection = Assert.Single(result.Rejections);
        Assert.Equal((code, message, 0), (rejection.Code, rejection.Message, result.Batch.Rows));
        Assert.Contains(rejection.Field, (string[])["", "id", "name"]);
    }

    [Fact]
    public void Fields_that_the_contract_does_not_name_are_counted_by_rows()
    {
        var result = GivenFiles.Decode(Csv, "extra,id,name,other\n1,2,3,4\n1,2,3,4\nragged\n1,x,3,4\n");
        Assert.Equal(new Dictionary<string, long> { ["extra"] = 3, ["other"] = 3 }, result.Unknown.ToDictionary());
    }

    [Fact]
    public void The_contracts_names_stand_in_for_a_header()
    {
        var result = GivenFiles.Decode(GivenFiles.Csv(Contract, ["name", "id", "unread"]), "Dock,7,x\n");
        Assert.Equal(("7", "Dock"), (result["id"], result["name"]));
        Assert.Empty(result.Unknown.ToDictionary());
    }

    [Fact]
    public void An_unclosed_quote_costs_its_line_and_not_the_file()
    {
        var file = "id,name\n1,\"open\n" + string.Concat(Enumerable.Range(2, 50_000).Select(i => $"{i},name {i}\n"));
        var result = GivenFiles.Decode(Csv, file, chunkBytes: 10_000);
        Assert.Equal((50_000, RejectionCode.BadQuote), (result.Batch.Rows, Assert.Single(result.Rejections).Code));
    }

    [Fact]
    public void Lines_that_each_open_a_quote_are_read_in_linear_time()
    {
        var file = "id,name\n" + string.Concat(Enumerable.Repeat("1x\",\"\n", 200_000));
        var result = GivenFiles.Decode(Csv, file);
        Assert.Equal((0, 200_000), (result.Batch.Rows, result.Rejections.Count));
    }

    [Fact]
    public void A_row_that_the_table_refused_is_told_unless_another_fault_comes_first()
    {
        var chunks = GivenFiles.Cut(Csv, new MemoryStream("id,name\n1,a\n2,b\nx,c\n4,d\n"u8.ToArray()));
        var first = GivenFiles.FileNumber << 40;
        var result = GivenFiles.Decode(Csv, chunks, new Dictionary<long, string> { [first + 12] = "a rule", [first + 16] = "a rule" });
        Assert.Equal([RejectionCode.TableRefused, RejectionCode.WrongType], result.Rejections.Select(each => each.Code));
        Assert.Equal((4, "1", "4"), (result.Records, result["id", 0], result["id", 1]));
    }
}

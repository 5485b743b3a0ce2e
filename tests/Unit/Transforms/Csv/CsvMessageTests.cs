using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Tests.Unit.Transforms.Files;

namespace Pipeline.Tests.Unit.Transforms.Csv;

public sealed class CsvMessageTests
{
    private static readonly DatasetContract Contract = Given.Contract(
        new ColumnSpec("id", new(ColumnKind.Int64), ["id"], Required: true), new ColumnSpec("name", new(ColumnKind.String), ["name"])) with
        { Source = new(SourceKind.Kafka, "clicks", RecordFormat.Csv) { Csv = new(',', ["id", "name"], [""]) }, Limits = new(MaxRecordBytes: 30) };

    [Theory]
    [InlineData("7,Dock")]
    [InlineData("7,Dock\n")]
    [InlineData("7,Dock\r\n")]
    [InlineData("\uFEFF7,\"Dock\"")]
    public void A_message_is_one_record(string message)
    {
        var result = GivenFiles.DecodeMessages(Contract, Encoding.UTF8.GetBytes(message));
        Assert.Empty(result.Rejections);
        Assert.Equal(("7", "Dock"), (result["id"], result["name"]));
    }

    [Theory]
    [InlineData(null, RejectionCode.NoValue)]
    [InlineData("", RejectionCode.RaggedRow)]
    [InlineData("\n", RejectionCode.RaggedRow)]
    [InlineData("7", RejectionCode.RaggedRow)]
    [InlineData("7,a\n8,b", RejectionCode.SeveralRecords)]
    [InlineData("7,\"a\n8,b", RejectionCode.BadQuote)]
    [InlineData("7,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", RejectionCode.TooLarge)]
    [InlineData("id,name", RejectionCode.WrongType)]
    public void What_is_not_one_record_is_refused(string? message, RejectionCode code)
    {
        var bytes = message is null ? null : Encoding.UTF8.GetBytes(message);
        var result = GivenFiles.DecodeMessages(Contract, "1,before"u8.ToArray(), bytes, "2,after"u8.ToArray());
        var rejection = Assert.Single(result.Rejections);
        Assert.Equal((code, 1L, message ?? ""), (rejection.Code, rejection.Position, Encoding.UTF8.GetString(rejection.Record.Span)));
        Assert.Matches("^[A-Z].*[.]$", rejection.Message);
        Assert.Equal((3, "before", "after"), (result.Records, result["name", 0], result["name", 1]));
    }
}

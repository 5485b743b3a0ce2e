using System.Text;
using Pipeline.Sources.CleverTap;
using Pipeline.Sources.Slices;
using Pipeline.Tests.Unit.Sources.Slices;

namespace Pipeline.Tests.Unit.Sources.CleverTap;

/// <summary>What is done about each answer of CleverTap.</summary>
public sealed class CleverTapErrorTests
{
    [Theory]
    [InlineData(200, """{"status":"fail","error":"Request still in progress, please retry later","code":2}""", VerdictKind.InProgress)]
    [InlineData(202, """{"status":"fail","error":"Request still in progress, please retry later","code":2}""", VerdictKind.InProgress)]
    [InlineData(429, "Too many concurrent requests", VerdictKind.Throttled)]
    [InlineData(200, """{"status":"fail","error":"Too many requests"}""", VerdictKind.Throttled)]
    [InlineData(400, """{"status":"fail","error":"Export not allowed for this event","code":3}""", VerdictKind.Skipped)]
    [InlineData(400, """{"status":"fail","error":["Invalid event : X"]}""", VerdictKind.Refused)]
    [InlineData(400, """{"status":"fail","error":"Invalid event : X"}""", VerdictKind.Refused)]
    [InlineData(200, """{"status":"fail","error":"Incorrect Usage","code":3}""", VerdictKind.Refused)]
    [InlineData(400, """{"status":"fail","error":"Cursor expired"}""", VerdictKind.BeginAnew)]
    [InlineData(401, """{"status":"fail","error":"Unauthorized"}""", VerdictKind.Stopped)]
    [InlineData(403, "", VerdictKind.Stopped)]
    [InlineData(500, "", VerdictKind.TryAgain)]
    [InlineData(503, "<html></html>", VerdictKind.TryAgain)]
    [InlineData(200, "<html></html>", VerdictKind.TryAgain)]
    [InlineData(200, """{"status":"success"}""", VerdictKind.Good)]
    [InlineData(200, """{"status":"partial","req_id":123}""", VerdictKind.Good)]
    [InlineData(200, """{"cursor":"c1","status":"success"}""", VerdictKind.Good)]
    public void Every_known_answer_leads_to_its_action(int status, string body, VerdictKind expected) =>
        Assert.Equal(expected, CleverTapErrors.Judge(Answers.Of(status, body)).Kind);

    [Theory]
    [InlineData("""{"status":"success","records":[{"a":[1,2],"next_cursor":"no"},{"b":{}}],"next_cursor":"x%2By"}""", 2, "x%2By")]
    [InlineData("""{"next_cursor":"n","cursor":"c","records":[],"status":"success"}""", 0, "n")]
    [InlineData("""{"cursor":"c","records":[{}],"status":"success"}""", 1, "c")]
    [InlineData("""{"status":"success"}""", null, null)]
    [InlineData("""{"status":"success","data":[{}],"next_cursor":"n"}""", null, "n")]
    public void A_page_tells_its_records_and_its_next_cursor(string body, int? records, string? next)
    {
        var page = ExportPage.Read(Encoding.UTF8.GetBytes(body));

        Assert.Equal((records, next), (page.Records, page.Next));
    }
}

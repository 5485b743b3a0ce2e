using Pipeline.Sources.Facebook;
using Pipeline.Sources.Slices;
using Pipeline.Tests.Unit.Sources.Slices;

namespace Pipeline.Tests.Unit.Sources.Facebook;

/// <summary>What is done about each answer of Meta.</summary>
public sealed class FacebookErrorTests
{
    [Theory]
    [InlineData(500, 1, 0, "An unknown error occurred", VerdictKind.TryAgain)]
    [InlineData(500, 2, 0, "Service temporarily unavailable", VerdictKind.TryAgain)]
    [InlineData(400, 2, 1504043, "Try again", VerdictKind.TryAgain)]
    [InlineData(400, 1, 99, "", VerdictKind.TryAgain)]
    [InlineData(500, 1, 0, "Please reduce the amount of data you're asking for, then retry your request", VerdictKind.PageTooLarge)]
    [InlineData(400, 100, 1487534, "Too much", VerdictKind.TooMuchData)]
    [InlineData(400, 100, 1504018, "Timed out", VerdictKind.TooMuchData)]
    [InlineData(400, 2, 1504038, "Timed out", VerdictKind.TooMuchData)]
    [InlineData(400, 4, 1504022, "App limit", VerdictKind.Throttled, true)]
    [InlineData(400, 4, 0, "App limit", VerdictKind.Throttled, true)]
    [InlineData(400, 17, 0, "User limit", VerdictKind.Throttled)]
    [InlineData(400, 32, 0, "Page limit", VerdictKind.Throttled)]
    [InlineData(400, 341, 0, "Limit", VerdictKind.Throttled)]
    [InlineData(400, 613, 0, "Custom limit", VerdictKind.Throttled)]
    [InlineData(400, 80000, 0, "Insights limit", VerdictKind.Throttled)]
    [InlineData(400, 80004, 0, "Management limit", VerdictKind.Throttled)]
    [InlineData(400, 80014, 0, "Limit", VerdictKind.Throttled)]
    [InlineData(400, -2, 2490547, "Report failed", VerdictKind.BeginAnew)]
    [InlineData(400, 2, 1504041, "Invalid breakdowns", VerdictKind.Refused)]
    [InlineData(400, 2, 1504042, "Invalid metric", VerdictKind.Refused)]
    [InlineData(400, 100, 0, "Cannot include spend in summary param because they weren't there while creating the report run", VerdictKind.TryAgain)]
    [InlineData(400, 100, 33, "Unsupported get request", VerdictKind.InProgress)]
    [InlineData(401, 190, 463, "Session has expired", VerdictKind.Stopped, true)]
    [InlineData(400, 190, 460, "Password changed", VerdictKind.Stopped, true)]
    [InlineData(403, 10, 0, "Permission", VerdictKind.Stopped)]
    [InlineData(403, 200, 0, "Permission", VerdictKind.Stopped)]
    [InlineData(400, 100, 0, "(#100) Missing permissions", VerdictKind.Stopped)]
    [InlineData(400, 2635, 0, "Old version", VerdictKind.Stopped, true)]
    [InlineData(400, 3018, 0, "37 months", VerdictKind.Refused)]
    [InlineData(400, 100, 0, "Invalid parameter", VerdictKind.Refused)]
    public void Every_documented_error_leads_to_its_action(
        int status, int code, int subcode, string message, VerdictKind expected, bool everywhere = false)
    {
        var body = $$$"""{"error":{"message":"{{{message}}}","type":"OAuthException","code":{{{code}}},"error_subcode":{{{subcode}}},"fbtrace_id":"A"}}""";

        var verdict = FacebookErrors.Judge(Answers.Of(status, body));

        Assert.Equal((expected, everywhere), (verdict.Kind, verdict.WholeApplication));
    }

    [Fact]
    public void An_error_that_Meta_marks_transient_is_tried_again() =>
        Assert.Equal(VerdictKind.TryAgain, FacebookErrors.Judge(Answers.Of(400, """{"error":{"code":960,"is_transient":true}}""")).Kind);

    [Theory]
    [InlineData(502, "<html>Bad gateway</html>", VerdictKind.TryAgain)]
    [InlineData(429, "", VerdictKind.Throttled)]
    [InlineData(404, "", VerdictKind.Refused)]
    [InlineData(200, """{"data":[]}""", VerdictKind.Good)]
    public void An_answer_without_an_error_body_is_judged_by_its_status(int status, string body, VerdictKind expected) =>
        Assert.Equal(expected, FacebookErrors.Judge(Answers.Of(status, body)).Kind);

    [Fact]
    public void A_limit_is_waited_for_as_long_as_the_longest_header_says()
    {
        var answer = Answers.Of(
            400, """{"error":{"code":80000}}""",
            ("X-Ad-Account-Usage", """{"acc_id_util_pct":100,"reset_time_duration":300}"""),
            ("X-Business-Use-Case-Usage", """{"1":[{"type":"ads_management","call_count":9,"estimated_time_to_regain_access":0},{"type":"ads_insights","call_count":100,"estimated_time_to_regain_access":19}]}"""));

        Assert.Equal(TimeSpan.FromMinutes(19), FacebookErrors.Judge(answer).After);
    }

    [Theory]
    [InlineData("X-App-Usage", """{"call_count":100,"total_time":1,"total_cputime":1}""", false, true)]
    [InlineData("x-app-usage", """{"call_count":28,"total_time":25,"total_cputime":25}""", false, false)]
    [InlineData("X-Ad-Account-Usage", """{"acc_id_util_pct":100.5}""", true, false)]
    [InlineData("x-fb-ads-insights-throttle", """{"app_id_util_pct":100,"acc_id_util_pct":10}""", false, true)]
    [InlineData("X-Business-Use-Case-Usage", """{"1":[{"call_count":3},{"total_cputime":100}]}""", true, false)]
    [InlineData("X-Business-Use-Case-Usage", "not json", false, false)]
    [InlineData("X-Business-Use-Case-Usage", "[1,2]", false, false)]
    public void A_limit_that_is_used_up_is_read_from_any_header_and_any_element(string name, string value, bool account, bool application) =>
        Assert.Equal((account, application), FacebookUsage.UsedUp(Answers.Of(200, "{}", (name, value)).Headers));
}

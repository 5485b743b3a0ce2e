using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Slices;
using Pipeline.Sinks.Lake;
using Pipeline.Sources.Slices;
using Pipeline.Sources.Tills;
using Pipeline.Tests.Integration.Sources;

namespace Pipeline.Tests.Integration.Docs;

/// <summary>The source of docs/adding-a-source.md, which is compiled into this program, asks a server.</summary>
public sealed class AddingASourceTests : IDisposable
{
    private const string Token = "canary-token";

    private static readonly SliceWindow Day = new("tills", "BER1", "visits", new(2026, 10, 1), new(2026, 10, 1));

    private readonly LeapingClock clock = new();
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-docs-").FullName;
    private readonly Server server = new();
    private readonly HttpClient http;

    public AddingASourceTests() => http = new(server);

    public void Dispose()
    {
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Its_pages_are_landed_as_they_were_sent()
    {
        var step = await StepAsync();

        Assert.Equal(StepKind.Fetched, step.Kind);
        var pages = await Landed.PagesAsync(Segments, [step.Part!]);
        Assert.Equal(["v-1,v-2", "v-3"], pages.Select(page => string.Join(',', Ids(page))));
        Assert.Equal(["stores/BER1/visits?day=2026-10-01&page=0", "stores/BER1/visits?day=2026-10-01&page=1"], server.Asked);
    }

    [Fact]
    public async Task It_is_probed_and_its_days_are_planned_the_latest_first()
    {
        Assert.Equal(new AccountProbe(null, "Europe/Berlin", null, null), await Source().ProbeAsync("BER1", Stop));
        Assert.Equal(
            [Day with { From = new(2026, 10, 2), To = new(2026, 10, 2) }, Day], Source().Plan("BER1", new(2026, 10, 1), new(2026, 10, 2)));
        server.Answer = HttpStatusCode.Unauthorized;
        Assert.Equal("The tills answered 401: set a new Tills:Token.", (await Source().ProbeAsync("BER1", Stop)).Problem);
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, StepKind.Throttled)]
    [InlineData(HttpStatusCode.Forbidden, StepKind.Stopped)]
    [InlineData(HttpStatusCode.NotFound, StepKind.Skipped)]
    public async Task An_answer_leads_to_the_step_the_table_says(HttpStatusCode answer, StepKind expected)
    {
        server.Answer = answer;
        var step = await StepAsync();

        Assert.Equal(expected, step.Kind);
        if (expected == StepKind.Throttled) Assert.Equal(clock.GetUtcNow() + TimeSpan.FromSeconds(90), step.NotBefore);
        Assert.DoesNotContain(Token, step.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_stays_broken_is_tried_again_by_the_step_and_what_is_wrong_is_told()
    {
        server.Answer = HttpStatusCode.InternalServerError;
        await Assert.ThrowsAsync<TransientException>(() => StepAsync());
        server.Answer = HttpStatusCode.BadRequest;
        await Assert.ThrowsAsync<TerminalException>(() => StepAsync());
    }

    [Fact]
    public void The_contract_lacks_only_the_name_of_the_kind()
    {
        var text = DocPage.Read("adding-a-source.md")["yaml store_visits_of_tills.yaml"];
        var faults = ContractReader.Read(text, "store_visits_of_tills.yaml").Faults.Select(fault => fault.ToString()).ToList();
        Assert.All(faults, fault => Assert.StartsWith("store_visits_of_tills.yaml:3:", fault, StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("'tills', which is no source kind", StringComparison.Ordinal));
        var known = text.Replace("kind: tills", "kind: facebook", StringComparison.Ordinal);
        Assert.Empty(ContractReader.Read(known, "store_visits_of_tills.yaml").Faults);
    }

    private FolderStore Segments => new(folder);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TillSource Source() => new(
        http, new TillOptions { BaseUrl = new("https://tills.example.com/"), Accounts = ["BER1"], Token = Token }, Segments, clock);

    private Task<Step> StepAsync() => Source().StepAsync(new(new(1, Day, clock.GetUtcNow()), 0, null), Stop);

    private static IEnumerable<string?> Ids(JsonElement page) =>
        page.GetProperty("visits").EnumerateArray().Select(visit => visit.GetProperty("id").GetString());

    /// <summary>The provider: two pages, or the same answer to everything.</summary>
    private sealed class Server : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        public HttpStatusCode? Answer { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal(new AuthenticationHeaderValue("Bearer", Token), request.Headers.Authorization);
            Asked.Add(request.RequestUri!.PathAndQuery.TrimStart('/'));
            var body = Asked[^1].EndsWith("page=0", StringComparison.Ordinal)
                ? """{"visits": [{"id": "v-1"}, {"id": "v-2"}], "next": 1}""" : """{"visits": [{"id": "v-3"}]}""";
            var answer = new HttpResponseMessage(Answer ?? HttpStatusCode.OK)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            if (Answer == HttpStatusCode.TooManyRequests) answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(90));
            return Task.FromResult(answer);
        }
    }
}

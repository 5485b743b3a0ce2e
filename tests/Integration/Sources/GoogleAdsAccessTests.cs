using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>Credentials of Google: how they are got, renewed and refused.</summary>
public sealed class GoogleAdsAccessTests
{
    private static readonly SliceWindow Ads = new("google_ads", "1234567801", "ad", SourceRig.Day, SourceRig.Day.AddDays(30));

    [Fact]
    public async Task An_access_token_that_ends_early_is_renewed_and_the_query_repeated()
    {
        await using var rig = await SourceRig.StartAsync();
        var source = rig.Google();
        await source.ProbeAsync(Ads.Account, TestContext.Current.CancellationToken);
        await rig.FaultAsync("google_ads", "token_expired", next: 1, after: 0);
        var journey = await Journey.OfAsync(rig, source, Ads);
        Assert.Equal(("Fetched", 2), (journey.Trail, await rig.CallsAsync("token")));
        await AssertTruthAsync(rig, journey);
    }

    [Fact]
    public async Task An_access_token_is_renewed_before_it_ends()
    {
        await using var rig = await SourceRig.StartAsync();
        await rig.Apis.SwitchAsync("tokens", new { expiresInSeconds = 900 });
        var source = rig.Google();
        foreach (var (minutes, tokens) in new[] { (0, 1), (5, 1), (6, 2) })
        {
            rig.Clock.LeapTo(rig.Clock.GetUtcNow().AddMinutes(minutes));
            await AssertTruthAsync(rig, await Journey.OfAsync(rig, source, Ads));
            Assert.Equal(tokens, await rig.CallsAsync("token"));
        }
    }

    [Fact]
    public async Task A_service_accounts_key_signs_for_an_access_token()
    {
        using var key = RSA.Create(2048);
        var file = Path.Combine(Path.GetTempPath(), $"pipeline-key-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
        {
            type = "service_account", private_key_id = "k1", private_key = key.ExportPkcs8PrivateKeyPem(),
            client_email = "pipeline@sandbox.iam.gserviceaccount.com",
        }), TestContext.Current.CancellationToken);
        try
        {
            using var wire = new TokenForms();
            await using var rig = await SourceRig.StartAsync(wire);
            rig.GoogleOptions = rig.GoogleOptions with { ClientId = "", ClientSecret = "", RefreshToken = "", ServiceAccountFile = file };
            await AssertTruthAsync(rig, await Journey.OfAsync(rig, rig.Google(), Ads));

            var assertion = Uri.UnescapeDataString(Assert.Single(wire.Forms).Split("assertion=")[1].Split('&')[0]).Split('.');
            Assert.Equal("""{"alg":"RS256","typ":"JWT","kid":"k1"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(assertion[0])));
            var (signed, signature) = (Encoding.ASCII.GetBytes($"{assertion[0]}.{assertion[1]}"), Base64Url.DecodeFromChars(assertion[2]));
            Assert.True(key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("""{"client_email":"a","private_key_id":"b"}""", "has no 'private_key'")]
    [InlineData("""{"client_email":"a","private_key_id":"b","private_key":"canary"}""", "cannot be read as a private key")]
    [InlineData("canary", "has no 'private_key_id'")]
    [InlineData(null, "cannot be read")]
    public async Task A_key_file_that_is_none_is_named_and_not_shown(string? content, string expected)
    {
        var file = Path.Combine(Path.GetTempPath(), $"pipeline-key-{Guid.NewGuid():N}.json");
        if (content is not null) await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        try
        {
            await using var rig = await SourceRig.StartAsync();
            rig.GoogleOptions = rig.GoogleOptions with { RefreshToken = "", ServiceAccountFile = file };
            var error = await Assert.ThrowsAsync<TerminalException>(() => rig.Google().ProbeAsync(Ads.Account, TestContext.Current.CancellationToken));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("sandbox-refresh-token", "sandbox-client-secret", "", "Stopped")]
    [InlineData("sandbox-refresh-token", "sandbox-client-secret", "9000000001", "Fetched")]
    [InlineData("withdrawn", "sandbox-client-secret", "9000000001", "Stopped (application)")]
    [InlineData("sandbox-refresh-token", "withdrawn", "9000000001", "Stopped (application)")]
    public async Task Consent_client_and_manager_must_be_right(string refreshToken, string clientSecret, string manager, string trail)
    {
        await using var rig = await SourceRig.StartAsync();
        rig.GoogleOptions = rig.GoogleOptions with { RefreshToken = refreshToken, ClientSecret = clientSecret, LoginCustomerId = manager };
        var journey = await Journey.OfAsync(rig, rig.Google(), Ads);
        Assert.Equal(trail, journey.Trail);
        Assert.DoesNotContain(rig.Said, said => said.Contains("withdrawn", StringComparison.Ordinal));
        await rig.AssertPoliteAndDiscreetAsync("google_ads");
    }

    [Fact]
    public async Task A_closed_customer_is_passed_over()
    {
        await using var rig = await SourceRig.StartAsync();
        Assert.Equal("Skipped", (await Journey.OfAsync(rig, rig.Google(), Ads with { Account = "1234567809" })).Trail);
        Assert.Contains("closed", (await rig.Google().ProbeAsync("1234567809", TestContext.Current.CancellationToken)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_inside_a_good_answer_lands_nothing()
    {
        await using var rig = await SourceRig.StartAsync();
        var source = rig.Google();
        await source.ProbeAsync(Ads.Account, TestContext.Current.CancellationToken);
        await rig.FaultAsync("google_ads", "error_in_stream");
        Assert.Equal("Transient...", (await Journey.OfAsync(rig, source, Ads)).Trail);
        var stopping = TestContext.Current.CancellationToken;
        Assert.Empty(await Landed.AllPagesAsync(rig.Segments, stopping).ToListAsync(stopping));
    }

    [Fact]
    public async Task A_step_that_is_repeated_writes_an_object_of_its_own()
    {
        await using var rig = await SourceRig.StartAsync();
        var (source, task) = (rig.Google(), new SliceTask(rig.Begin(Ads), 0, null));
        var first = await source.StepAsync(task, TestContext.Current.CancellationToken);
        rig.Clock.LeapTo(rig.Clock.GetUtcNow().AddMinutes(1));
        var second = await source.StepAsync(task, TestContext.Current.CancellationToken);
        Assert.NotEqual(first.Part!.ObjectKey, second.Part!.ObjectKey);
        Assert.All([first.Part, second.Part], part => Assert.StartsWith(task.Extraction.KeyPrefix, part.ObjectKey, StringComparison.Ordinal));
        Assert.Equal(await Landed.GoogleAsync(rig.Segments, [first.Part]), await Landed.GoogleAsync(rig.Segments, [second.Part]));
    }

    private static async Task AssertTruthAsync(SourceRig rig, Journey journey)
    {
        Assert.Equal("Fetched", journey.Trail);
        Assert.Equal(await Landed.TruthAsync(rig, "google_ads", Ads, withReach: false), await Landed.GoogleAsync(rig.Segments, journey.Parts));
        await rig.AssertPoliteAndDiscreetAsync("google_ads");
    }

    /// <summary>Keeps what is sent to the token endpoint.</summary>
    private sealed class TokenForms() : DelegatingHandler(new SocketsHttpHandler())
    {
        public List<string> Forms { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == "/token") Forms.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            return await base.SendAsync(request, cancellationToken);
        }
    }
}

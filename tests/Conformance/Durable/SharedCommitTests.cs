using Pipeline.LocalHost.Durable.Store;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>How writes of several clients come into one transaction, and what each of them learns.</summary>
public sealed class SharedCommitTests
{
    private const int Refused = -1, Away = -2;

    private readonly List<int[]> written = [];
    private readonly SemaphoreSlim allowed = new(0);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SharedCommit<int> Commit => field ??= new(WriteAsync, _ => 1);

    [Fact]
    public async Task What_comes_during_a_write_is_written_together_by_the_next_one()
    {
        var first = Commit.WriteAsync(1, Stop);
        await TestNode.UntilAsync(() => Task.FromResult(written.Count == 1));
        var others = Enumerable.Range(2, 9).Select(i => Commit.WriteAsync(i, Stop)).ToList();
        allowed.Release(2);
        Assert.False(await first);
        var answers = await Task.WhenAll(others);
        Assert.Equal([true, false, true, false, true, false, true, false, true], answers);
        Assert.Equal([[1], [2, 3, 4, 5, 6, 7, 8, 9, 10]], written);
    }

    [Fact]
    public async Task A_cancelled_caller_is_gone_at_once_and_what_was_not_begun_is_not_written()
    {
        using var cancel = new CancellationTokenSource();
        var first = Commit.WriteAsync(1, cancel.Token);
        await TestNode.UntilAsync(() => Task.FromResult(written.Count == 1));
        var second = Commit.WriteAsync(2, cancel.Token);
        var third = Commit.WriteAsync(4, Stop);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        allowed.Release(2);
        Assert.True(await third);
        Assert.Equal([[1], [4]], written);
    }

    [Theory]
    [InlineData(Refused, true)]    // refused for its content: it fails alone
    [InlineData(Away, false)]      // an outage: all are told, to ask again
    public async Task One_that_cannot_be_written_fails_the_others_only_in_an_outage(int bad, bool othersWritten)
    {
        var first = Commit.WriteAsync(1, Stop);
        await TestNode.UntilAsync(() => Task.FromResult(written.Count == 1));
        var (good, failing) = (Commit.WriteAsync(2, Stop), Commit.WriteAsync(bad, Stop));
        allowed.Release(4);
        Assert.False(await first);
        await Assert.ThrowsAnyAsync<Exception>(() => failing);
        Assert.Equal(othersWritten ? null : typeof(TimeoutException), (await Record.ExceptionAsync(() => good))?.GetType());
    }

    private async Task<IReadOnlyList<bool>> WriteAsync(IReadOnlyList<int> items)
    {
        written.Add([.. items]);
        await allowed.WaitAsync(Stop);
        if (items.Contains(Refused)) throw new InvalidDataException("Not this one.");
        if (items.Contains(Away)) throw new TimeoutException("The database is away.");
        return [.. items.Select(item => item % 2 == 0)];
    }
}

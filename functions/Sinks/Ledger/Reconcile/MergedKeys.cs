namespace Pipeline.Sinks.Ledger.Reconcile;

/// <summary>Walks two sequences that are ordered by key side by side: memory is that of one item of each.</summary>
internal static class MergedKeys
{
    /// <summary>Every key that one of the two has, with what each has of it; keys compare by their characters' numbers.</summary>
    public static async IAsyncEnumerable<(TLeft? Left, TRight? Right)> MergeAsync<TLeft, TRight>(
        IAsyncEnumerable<TLeft> left, Func<TLeft, string> leftKey, IAsyncEnumerable<TRight> right, Func<TRight, string> rightKey,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping)
        where TLeft : class where TRight : class
    {
        await using var lefts = left.GetAsyncEnumerator(stopping);
        await using var rights = right.GetAsyncEnumerator(stopping);
        var (hasLeft, hasRight) = (await lefts.MoveNextAsync(), await rights.MoveNextAsync());
        while (hasLeft || hasRight)
        {
            var order = !hasLeft ? 1 : !hasRight ? -1 : string.CompareOrdinal(leftKey(lefts.Current), rightKey(rights.Current));
            yield return (order <= 0 ? lefts.Current : null, order >= 0 ? rights.Current : null);
            if (order <= 0) hasLeft = await lefts.MoveNextAsync();
            if (order >= 0) hasRight = await rights.MoveNextAsync();
        }
    }
}

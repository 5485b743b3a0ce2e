using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>Writes what Redshift needs to load date partitions: a manifest for each folder, from the ledger, and the script.</summary>
/// <param name="lake">Where the manifests are written.</param>
/// <param name="rootUrl">The lake's root as Redshift reads it: <c>s3://bucket/prefix</c>.</param>
public sealed class RedshiftLoad(NpgsqlDataSource ledger, IObjectStore lake, string rootUrl)
{
    private const string Scheme = "s3://";

    /// <summary>Writes the manifests and returns the script.</summary>
    /// <param name="from">First day.</param>
    /// <param name="to">Last day, included.</param>
    /// <exception cref="TransientException">Objects of the days are published and not visible yet.</exception>
    /// <exception cref="TerminalException">The lake is not on S3, or objects were written under another version of the contract.</exception>
    public async Task<string> ScriptAsync(DatasetContract contract, DateOnly from, DateOnly to, string iamRole, CancellationToken stopping)
    {
        if (!rootUrl.StartsWith(Scheme, StringComparison.Ordinal))
            throw new TerminalException($"Redshift reads from S3 only, and the lake is {rootUrl}. Set Lake:Root to s3://bucket/prefix.");
        var sql = new RedshiftSql(contract);
        var objects = await ObjectsAsync(contract, from, to, stopping);
        Check(contract, objects);
        var parts = new List<RedshiftFolder>();
        foreach (var folder in objects.GroupBy(each => each.Key[..each.Key.LastIndexOf('/')]))
        {
            var manifest = RedshiftManifest.Write(folder.Select(each => (UrlOf(each.Key), each.Bytes)));
            var key = RedshiftManifest.KeyOf(contract.Dataset, manifest);
            await lake.PutAsync(key, manifest, stopping);
            parts.Add(new(sql.ValuesOf(folder.First().Key), UrlOf(key), folder.Sum(each => each.Rows)));
        }
        return sql.Load(from, to, parts, iamRole);
    }

    private string UrlOf(string key) => $"{rootUrl.TrimEnd('/')}/{key}";

    // Columns are told by their place in the file: under another version a file may have other ones, and COPY would not notice.
    private static void Check(DatasetContract contract, List<LakeFile> objects)
    {
        if (objects.Find(each => !each.IsVisible) is { } unfinished)
            throw new TransientException($"{unfinished.Key} is published and not visible yet; run it again in a moment.");
        if (objects.Find(each => each.ContractVersion != contract.Version) is { } other)
            throw new TerminalException(
                $"{other.Key} was written under version {other.ContractVersion} of {contract.Dataset}, and its contract has version {contract.Version}: "
                + "the places of its columns may differ. Replay its day first, or load other days.");
    }

    private Task<List<LakeFile>> ObjectsAsync(DatasetContract contract, DateOnly from, DateOnly to, CancellationToken stopping) =>
        ledger.ReadAsync($"reading the lake objects of {contract.Dataset}", connection => connection.Command(
            """
            SELECT object.key, object.rows, object.bytes, object.state = 'visible', publication.contract_version
            FROM pipeline.lake_object AS object JOIN pipeline.publication ON publication.id = object.publication_id
            WHERE object.dataset = $1 AND object.role = 'data' AND object.removed_at IS NULL AND object.date_partition BETWEEN $2 AND $3
                AND object.state IN ('staged', 'visible')
            ORDER BY object.key
            """, contract.Dataset, from, to).ListAsync(row => new LakeFile(
                row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetBoolean(3), row.GetInt32(4)), stopping), stopping);

    private sealed record LakeFile(string Key, long Rows, long Bytes, bool IsVisible, int ContractVersion);
}

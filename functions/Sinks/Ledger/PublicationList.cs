using System.Text.Json.Serialization;
using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>Reads what was published lately.</summary>
public sealed class PublicationList(NpgsqlDataSource ledger)
{
    /// <summary>Publications, the newest first.</summary>
    /// <param name="dataset">Of this one only; null for all.</param>
    /// <param name="before">Those with a smaller id only; null from the newest on.</param>
    /// <param name="limit">How many at most.</param>
    public async Task<IReadOnlyList<PublicationStatus>> ReadAsync(string? dataset, long? before, int limit, CancellationToken stopping)
    {
        // Each form has its own index; one statement for both would have none.
        var of = dataset is null ? "WHERE id < $1 ORDER BY id DESC LIMIT $2"
            : "WHERE id < $1 AND dataset = $3 ORDER BY dataset, id DESC LIMIT $2";
        await using var connection = await ledger.OpenConnectionAsync(stopping);
        var command = connection.Command(
            $"""
            SELECT id, contract_version, state, attempt, rows_in, rows_out, rows_duplicate, rows_rejected, day_from, day_to,
                planned_at, committed_at, visible_at, failure, dataset, raw_bytes
            FROM pipeline.publication {of}
            """, before ?? long.MaxValue, limit);
        if (dataset is not null) command.Parameters.Add(new() { Value = dataset });
        return await command.ListAsync(Read, stopping);
    }

    /// <summary>Whether there is a publication of this id.</summary>
    public async Task<bool> HasAsync(long id, CancellationToken stopping)
    {
        await using var connection = await ledger.OpenConnectionAsync(stopping);
        return (await connection.Command("SELECT id FROM pipeline.publication WHERE id = $1", id)
            .ListAsync(row => row.GetInt64(0), stopping)).Count > 0;
    }

    private static PublicationStatus Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        ContractVersion = row.GetInt32(1),
        State = row.GetString(2),
        Attempt = row.GetInt32(3),
        RowsIn = row.Nullable<long>(4),
        RowsOut = row.Nullable<long>(5),
        Duplicates = row.Nullable<long>(6),
        Rejected = row.Nullable<long>(7),
        ReplayedFrom = row.Nullable<DateOnly>(8),
        ReplayedTo = row.Nullable<DateOnly>(9),
        PlannedAt = row.GetFieldValue<DateTimeOffset>(10),
        CommittedAt = row.Nullable<DateTimeOffset>(11),
        VisibleAt = row.Nullable<DateTimeOffset>(12),
        Failure = row.Text(13),
        Dataset = row.GetString(14),
        RawBytes = row.GetInt64(15),
    };
}

/// <summary>A publication, as <c>/api/publications</c> answers it; counts and times are null until it is that far.</summary>
public sealed record PublicationStatus
{
    [JsonPropertyName("id")] public required long Id { get; init; }
    [JsonPropertyName("dataset")] public required string Dataset { get; init; }
    [JsonPropertyName("contract_version")] public required int ContractVersion { get; init; }
    [JsonPropertyName("state")] public required string State { get; init; }
    [JsonPropertyName("raw_bytes")] public required long RawBytes { get; init; }
    [JsonPropertyName("attempt")] public required int Attempt { get; init; }
    [JsonPropertyName("rows_in")] public required long? RowsIn { get; init; }
    [JsonPropertyName("rows_out")] public required long? RowsOut { get; init; }
    [JsonPropertyName("duplicates")] public required long? Duplicates { get; init; }
    [JsonPropertyName("rejected")] public required long? Rejected { get; init; }
    [JsonPropertyName("replayed_from")] public required DateOnly? ReplayedFrom { get; init; }
    [JsonPropertyName("replayed_to")] public required DateOnly? ReplayedTo { get; init; }
    [JsonPropertyName("planned_at")] public required DateTimeOffset PlannedAt { get; init; }
    [JsonPropertyName("committed_at")] public required DateTimeOffset? CommittedAt { get; init; }
    [JsonPropertyName("visible_at")] public required DateTimeOffset? VisibleAt { get; init; }
    [JsonPropertyName("failure")] public required string? Failure { get; init; }
}

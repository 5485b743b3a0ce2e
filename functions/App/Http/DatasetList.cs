using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;

namespace Pipeline.App.Http;

/// <summary>GET /api/datasets: the contracts that are in force.</summary>
public sealed class DatasetList(ContractSet contracts)
{
    [Function(nameof(DatasetList))]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/datasets")] HttpRequest request) =>
        new JsonResult(new DatasetsAnswer([.. contracts.Contracts.Select(DatasetAnswer.Of)]));
}

/// <summary>The body of GET /api/datasets.</summary>
public sealed record DatasetsAnswer([property: JsonPropertyName("datasets")] IReadOnlyList<DatasetAnswer> Datasets);

/// <summary>A contract in short; <c>table</c> is null for a dataset that lives in the lake only.</summary>
public sealed record DatasetAnswer(
    [property: JsonPropertyName("dataset")] string Dataset, [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("description")] string Description, [property: JsonPropertyName("owner")] string Owner,
    [property: JsonPropertyName("sources")] IReadOnlyList<SourceAnswer> Sources, [property: JsonPropertyName("table")] string? Table,
    [property: JsonPropertyName("views")] IReadOnlyList<string> Views,
    [property: JsonPropertyName("partition_by")] IReadOnlyList<string> PartitionBy)
{
    /// <summary>What a contract says.</summary>
    public static DatasetAnswer Of(DatasetContract contract) => new(
        contract.Dataset, contract.Version, contract.Description, contract.Owner, [.. contract.Sources.Select(SourceAnswer.Of)],
        contract.Table is { } table ? $"warehouse.{table.Name}" : null, [.. contract.Views.Select(view => $"warehouse.{view.Name}")],
        contract.Lake.PartitionBy);
}

/// <summary>Where a dataset's records come from: a topic, or streams of a provider (none: all that no other dataset names).</summary>
public sealed record SourceAnswer(
    [property: JsonPropertyName("kind")] string Kind, [property: JsonPropertyName("topic")] string? Topic,
    [property: JsonPropertyName("streams")] IReadOnlyList<string> Streams)
{
    /// <summary>What a contract says of a source.</summary>
    public static SourceAnswer Of(SourceSpec source) => new(
        source.Kind.Text(), source.Topic.Length > 0 ? source.Topic : null, source.Pages?.Streams ?? []);
}

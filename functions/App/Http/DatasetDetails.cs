using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;

namespace Pipeline.App.Http;

/// <summary>GET /api/datasets/{dataset}: one contract in full, in words and as it is written.</summary>
public sealed class DatasetDetails(ContractSet contracts, ContractTexts texts)
{
    [Function(nameof(DatasetDetails))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/datasets/{dataset}")] HttpRequest request, string dataset,
        CancellationToken stopping) =>
        contracts.Find(dataset) is not { } contract ? Problems.NotFound($"There is no dataset '{dataset}'.")
            : new JsonResult(DatasetDetailsAnswer.Of(contract, await texts.ReadAsync(dataset, stopping)));
}

/// <summary>A contract in full. Words are Markdown of one line.</summary>
public sealed record DatasetDetailsAnswer(
    [property: JsonPropertyName("dataset")] string Dataset, [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("description")] string Description, [property: JsonPropertyName("owner")] string Owner,
    [property: JsonPropertyName("sources")] IReadOnlyList<string> Sources,
    [property: JsonPropertyName("columns")] IReadOnlyList<ColumnAnswer> Columns,
    [property: JsonPropertyName("partition_by")] IReadOnlyList<string> PartitionBy,
    [property: JsonPropertyName("sort_by")] IReadOnlyList<string> SortBy,
    [property: JsonPropertyName("table")] string? Table, [property: JsonPropertyName("key")] IReadOnlyList<string> Key,
    [property: JsonPropertyName("views")] IReadOnlyList<string> Views, [property: JsonPropertyName("rules")] IReadOnlyList<string> Rules,
    [property: JsonPropertyName("yaml")] string Yaml)
{
    /// <summary>What a contract says.</summary>
    /// <param name="yaml">Its file.</param>
    public static DatasetDetailsAnswer Of(DatasetContract contract, string yaml) => new(
        contract.Dataset, contract.Version, contract.Description, contract.Owner, [.. contract.Sources.Select(DictionaryWords.Source)],
        [.. contract.Columns.Select(column => ColumnAnswer.Of(column, contract))], contract.Lake.PartitionBy, contract.Lake.SortBy,
        contract.Table is { } table ? $"warehouse.{table.Name}" : null, contract.Table?.Key ?? [],
        [.. contract.Views.Select(view => $"warehouse.{view.Name}")],
        [.. contract.Filters.Select(filter => $"left out: {RuleWords.Filter(filter)}"),
            .. contract.Dedupe is { } dedupe ? new[] { $"once only: {RuleWords.Dedupe(dedupe)}" } : []], yaml);
}

/// <summary>One column; <c>mask</c> is null for values that are written as they are, <c>max_length</c> for no bound.</summary>
public sealed record ColumnAnswer(
    [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("required")] bool Required,
    [property: JsonPropertyName("max_length")] int? MaxLength, [property: JsonPropertyName("mask")] string? Mask,
    [property: JsonPropertyName("made_from")] string MadeFrom, [property: JsonPropertyName("description")] string Description)
{
    /// <summary>What a contract says of a column.</summary>
    public static ColumnAnswer Of(ColumnSpec column, DatasetContract contract) => new(
        column.Name, column.Type.ToString(), column.Required, column.MaxLength, Masked(column.Mask?.Kind),
        DictionaryWords.Origin(column, contract), column.Description);

    private static string? Masked(MaskKind? kind) => kind switch
    {
        MaskKind.Hmac => "hmac", MaskKind.AesSiv => "aes_siv", MaskKind.TruncateIp => "truncate_ip", MaskKind.Drop => "drop", _ => null,
    };
}

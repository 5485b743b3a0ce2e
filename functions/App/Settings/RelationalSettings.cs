using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Sources.Relational;

namespace Pipeline.App.Settings;

/// <summary>Checks <see cref="RelationalOptions"/>; without databases tables are no source. Never repeats a connection string.</summary>
public sealed class RelationalSettingsValidator : IValidateOptions<RelationalOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RelationalOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new(options), results, validateAllProperties: true);
        var faults = results.Select(result => $"{RelationalOptions.Section}: {result.ErrorMessage}").ToList();
        foreach (var (database, each) in options.Databases)
        {
            var at = $"{RelationalOptions.Section}:Databases:{database}";
            if (LedgerSettingsValidator.FaultOf($"{at}:ConnectionString", each.ConnectionString) is { } fault) faults.Add(fault);
            if (each.Tables.Count == 0) faults.Add($"{at}:Tables names no table: there is nothing to read.");
            foreach (var twice in each.Tables.GroupBy(table => table.Name).Where(same => same.Count() > 1)) faults.Add($"{at}:Tables has '{twice.Key}' twice.");
            for (var i = 0; i < each.Tables.Count; i++) faults.AddRange(Faults($"{at}:Tables:{i}", each.Tables[i]));
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(string at, RelationalTable table)
    {
        if (table.Name.Length == 0) yield return $"{at}:Name is not set; write schema.table.";
        if (table.DayColumn.Length == 0) yield return $"{at}:DayColumn is not set; write the date or timestamp column that tells a row's day.";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(table.TimeZone, out _))
            yield return $"{at}:TimeZone is '{table.TimeZone}'; write the IANA zone of the table's days, such as Europe/Berlin.";
    }
}

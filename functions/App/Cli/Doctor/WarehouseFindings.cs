using Pipeline.Sinks.Warehouse;

namespace Pipeline.App.Cli.Doctor;

/// <summary>What a role may do with the tables and views that contracts keep, beyond what is granted: change them, and see every row.</summary>
internal static class WarehouseFindings
{
    private const string Ownership = "postgres.ownership";

    public static IEnumerable<Finding> Of(IReadOnlyList<WarehouseObject> warehouse, string role)
    {
        var others = warehouse.Where(each => !each.IsOurs).ToLookup(each => each.IsDue);
        if (others.Count == 0) yield return Finding.Ok(Ownership, $"{role} may change what the contracts keep in the warehouse.");
        if (others[true].Any())
            yield return Finding.Fault(
                Ownership, $"The contracts have changed {Names(others[true])}, which {role} may not do: it is not the owner.",
                Owning(others[true], role));
        if (others[false].Any())
            yield return Finding.Warning(
                Ownership, $"{role} is not the owner of {Names(others[false])}: what the contracts gain cannot be added there.",
                Owning(others[false], role));
        var ruled = warehouse.Where(each => each.HidesRows).ToList();
        if (ruled.Count > 0)
            yield return Finding.Warning(
                "postgres.policies",
                $"Row policies of {Names(ruled)} apply to {role}: a row that they hide is not replaced, and merging over it fails.",
                $"ALTER ROLE {role} BYPASSRLS, or give it policies that show every row and let every row in.");
    }

    private static string Names(IEnumerable<WarehouseObject> all) => string.Join(", ", all.Select(each => each.Name));

    private static string Owning(IEnumerable<WarehouseObject> all, string role) =>
        $"As the owner: {string.Join("; ", all.Select(each => $"ALTER {each.Kind} {each.Name} OWNER TO {role}"))}.";
}

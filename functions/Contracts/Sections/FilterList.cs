using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Rows;

namespace Pipeline.Contracts.Sections;

/// <summary>The contract's <c>filters</c>: <c>[{ name: test_traffic, drop: { column: user_id, starts_with: test- } }]</c>.</summary>
internal static class FilterList
{
    private static readonly Words Keys = new("key", "name", "drop");

    private static readonly (string Word, FilterTest Test)[] Tests =
    [
        ("in", FilterTest.In), ("not_in", FilterTest.NotIn), ("starts_with", FilterTest.StartsWith), ("ends_with", FilterTest.EndsWith),
        ("is_null", FilterTest.IsNull), ("less_than", FilterTest.LessThan), ("greater_than", FilterTest.GreaterThan),
    ];

    private static readonly Words DropKeys = new("key", ["column", .. Tests.Select(each => each.Word)]);

    /// <summary>The filters; those that are bad are reported and left out.</summary>
    public static IReadOnlyList<FilterSpec> Read(YamlNode? node, ColumnList columns, FaultList faults)
    {
        if (node is null) return [];
        if (node is not YamlList list)
        {
            faults.Add(node, $"'filters' of the contract is {node.Kind}, not a list",
                "write a list of { name: …, drop: { column: …, in: […] } }");
            return [];
        }
        var filters = new List<FilterSpec>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (Section.Open(list.Items[i], $"filter {i + 1}", Keys, faults) is not { } section) continue;
            var name = section.Text("name", "name: and what dropped rows are counted under");
            var known = Names.SnakeCase(name, "a filter", faults);
            if (known is not null && filters.Exists(other => other.Name == known))
                faults.Add(name!, $"filter '{known}' is there twice", "give one of the two another name");
            if (ReadDrop(section, columns) is { } drop && known is not null) filters.Add(drop with { Name = known });
        }
        return filters;
    }

    private static FilterSpec? ReadDrop(Section filter, ColumnList columns)
    {
        var faults = filter.Faults;
        var node = filter.Find("drop", "drop: { column: …, in: […] }");
        if (Section.Open(node, $"'drop' of {filter.Subject}", DropKeys, faults) is not { } section) return null;
        var column = section.Text("column", "column: and the column that is looked at") is { } name
            ? columns.Find(name, $"'column' of {section.Subject}") : null;
        var asked = Tests.Where(each => section.Has(each.Word)).ToList();
        if (asked is not [var (word, test)])
        {
            faults.Add(section.Map, $"{section.Subject} has {(asked.Count == 0 ? "no" : "more than one")} test",
                "write one of " + string.Join(", ", Tests.Select(each => each.Word)));
            return null;
        }
        var texts = Values(section, word, test);
        if (column?.Type is not { } type || texts is null) return null;
        if (!Fits(test, type.Kind))
        {
            faults.Add(section.At(word), $"{section.Subject} asks {word} of '{column.Name?.Value}', which has type {type}",
                $"ask it of {Askable(test)}");
            return null;
        }
        foreach (var text in texts)
            if (!RowTest.IsValue(type, text.Value))
                faults.Add(text, $"'{word}' of {section.Subject} is {FaultList.Quote(text.Value)}, which is no {type}",
                    $"write a value of type {type}");
        return new("", column.Name!.Value, test, [.. texts.Select(text => text.Value)]);
    }

    private static IReadOnlyList<YamlText>? Values(Section section, string word, FilterTest test)
    {
        switch (test)
        {
            case FilterTest.IsNull:
                if (section.Flag(word)) return [];
                section.Faults.Add(section.At(word), $"'is_null' of {section.Subject} is not true", "write is_null: true or another test");
                return null;
            case FilterTest.In or FilterTest.NotIn:
                return section.Texts(word, $"{word}: [a list of values]") is { Count: > 0 } texts ? texts : null;
            default:
                return section.Text(word) is { } text ? [text] : null;
        }
    }

    private static bool Fits(FilterTest test, ColumnKind kind) => test switch
    {
        FilterTest.IsNull => true,
        FilterTest.In or FilterTest.NotIn => kind is ColumnKind.String or ColumnKind.Int64,
        FilterTest.StartsWith or FilterTest.EndsWith => kind == ColumnKind.String,
        _ => kind is ColumnKind.Int64 or ColumnKind.Decimal or ColumnKind.Float64 or ColumnKind.Timestamp or ColumnKind.Date,
    };

    private static string Askable(FilterTest test) => test switch
    {
        FilterTest.In or FilterTest.NotIn => "a string or int64 column",
        FilterTest.StartsWith or FilterTest.EndsWith => "a string column",
        _ => "an int64, decimal, float64, timestamp or date column",
    };
}

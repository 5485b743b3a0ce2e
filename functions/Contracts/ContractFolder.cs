using System.Text;
using Pipeline.Contracts.Sections;
using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts;

/// <summary>The files of one folder, each read by itself and then against the others.</summary>
internal sealed class ContractFolder
{
    private const int MaxFileBytes = 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<DatasetContract> contracts = [];
    private readonly List<FaultList> faults = [];
    private readonly Dictionary<string, string> fileOfDataset = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> fileOfTable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> fileOfQueue = new(StringComparer.Ordinal);

    /// <summary>See <see cref="ContractReader.ReadFolder"/>.</summary>
    public static ContractSet Read(string path)
    {
        var folder = new ContractFolder();
        folder.AddFiles(path);
        folder.CheckAgreements();
        folder.AddViews(Path.Combine(path, "views"));
        return new(
            [.. folder.contracts.OrderBy(contract => contract.Dataset, StringComparer.Ordinal)],
            [.. folder.faults.SelectMany(list => list.InOrder)]);
    }

    private void AddFiles(string path)
    {
        var folder = new FaultList(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        faults.Add(folder);
        try
        {
            var files = Directory.GetFiles(path).Order(StringComparer.Ordinal).ToList();
            foreach (var file in files) AddFile(file, path);
            if (!files.Exists(IsContract))
                folder.Add(0, 0, "the folder holds no contract", "add one <dataset>.yaml for each dataset, or name the right folder");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            folder.Add(0, 0, $"the folder cannot be read: {error.Message.TrimEnd('.')}", "name a folder that this program may read");
        }
    }

    private void AddFile(string file, string path)
    {
        var list = new FaultList(Path.GetFileName(file), path);
        faults.Add(list);
        if (!IsContract(file))
        {
            var stem = Path.GetFileNameWithoutExtension(file);
            if (Path.GetExtension(file).ToLowerInvariant() is ".yml" or ".yaml")
                list.Add(0, 0, "only files that end in .yaml are read", $"name it {stem}.yaml or remove it");
            return;
        }
        if (ReadText(file, list) is not { } text || ContractReader.ReadDraft(text, list) is not { } draft) return;
        var unique = Claim(fileOfDataset, draft.Dataset, "dataset", list) & Claim(fileOfTable, draft.Table, "table", list);
        if (draft.Contract is { } contract && unique & HasQueueAlone(contract, list)) contracts.Add(contract);
    }

    // A message is taken once: of two datasets with one queue each would have some.
    private bool HasQueueAlone(DatasetContract contract, FaultList list)
    {
        if (contract.SourceOf(SourceKind.Sqs) is not { Queue: var queue } || fileOfQueue.TryAdd(queue, list.File)) return true;
        list.Add(0, 0, $"queue '{queue}' feeds {fileOfQueue[queue]} already", "give each dataset a queue of its own");
        return false;
    }

    private void CheckAgreements()
    {
        foreach (var contract in contracts)
            foreach (var agreement in contract.Quality.Agreements)
            {
                if (agreement.WithDataset is not { } other) continue;
                var told = contracts.Find(each => each.Dataset == other);
                var hasEvents = told is not null && told.Source.Kind.AreRecords()
                    && told.Columns.Any(column => column.Type.Kind == ColumnKind.Timestamp);
                // What is wrong with the other's file is reported already.
                if (hasEvents || (told is null && fileOfDataset.ContainsKey(other))) continue;
                faults.First(list => list.File == fileOfDataset[contract.Dataset]).Add(0, 0,
                    $"agreement '{agreement.Name}' of quality is with '{other}', "
                    + (told is null ? "which no contract declares" : "whose rows are no events"),
                    "name a dataset of a topic, queue or folder with a timestamp");
            }
    }

    private void AddViews(string path)
    {
        if (!Directory.Exists(path)) return;
        foreach (var file in Directory.GetFiles(path, "*.sql").Order(StringComparer.Ordinal))
        {
            var list = new FaultList($"views/{Path.GetFileName(file)}");
            faults.Add(list);
            if (ReadText(file, list) is { } text && ViewFile.Read(text, list) is { } view) AddView(view, list);
        }
    }

    private void AddView(ViewFile view, FaultList list)
    {
        if (fileOfTable.TryGetValue(view.Spec.Name, out var owner))
            list.Add(0, 0, $"the view has the name of the table in {owner}", "give the file another name");
        foreach (var dataset in view.Reads)
        {
            var index = contracts.FindIndex(contract => contract.Dataset == dataset);
            if (index >= 0 && contracts[index].Table is not null)
                contracts[index] = contracts[index] with { Views = [.. contracts[index].Views, view.Spec] };
            else if (index >= 0 || !fileOfDataset.ContainsKey(dataset))
                list.Add(1, 1, $"the view reads '{dataset}', {(index < 0 ? "which no contract declares" : "which has no table")}",
                    "name datasets whose tables the view reads");
        }
    }

    private static bool IsContract(string file) => file.EndsWith(".yaml", StringComparison.Ordinal);

    private static bool Claim(Dictionary<string, string> owners, YamlText? name, string what, FaultList list)
    {
        if (name is null || owners.TryAdd(name.Value, list.File)) return true;
        list.Add(name, $"{what} '{name.Value}' is declared in {owners[name.Value]} too", "give one of the two another name");
        return false;
    }

    private static string? ReadText(string file, FaultList list)
    {
        byte[] bytes = [];
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes)
            {
                list.Add(0, 0, "the file is larger than 1 MiB", "check that it is a contract");
                return null;
            }
            bytes = File.ReadAllBytes(file);
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            list.Add(bytes.AsSpan(0, error.Index).Count((byte)'\n') + 1, 1, "the line is not UTF-8", "save the file as UTF-8");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            list.Add(0, 0, $"the file cannot be read: {error.Message.TrimEnd('.')}", "let this program read it or remove it");
        }
        return null;
    }
}

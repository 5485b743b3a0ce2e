using Pipeline.Contracts.Sections;
using Pipeline.Contracts.Yaml;

namespace Pipeline.Contracts;

/// <summary>Reads dataset contracts (DESIGN 4). Every fault is found in one go; nothing that is wrong is guessed or passed over.</summary>
public static class ContractReader
{
    /// <summary>Reads one contract.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="fileName">Its file's name without folders, by which faults are reported; the dataset must be called like it.</param>
    /// <param name="folder">Where files are looked for that it names; null when it may name none.</param>
    public static ContractReading Read(string text, string fileName, string? folder = null)
    {
        var faults = new FaultList(fileName, folder);
        var draft = ReadDraft(text, faults);
        return new(draft?.Contract, faults.InOrder);
    }

    /// <summary>Reads every <c>*.yaml</c> file directly in a folder and checks them against each other.</summary>
    /// <returns>Never null and never throws for what the folder holds: a missing or unreadable one is a fault of the set.</returns>
    public static ContractSet ReadFolder(string path) => ContractFolder.Read(path);

    internal static ContractDraft? ReadDraft(string text, FaultList faults)
    {
        var root = YamlTree.Read(text.TrimStart('\uFEFF'), faults);
        return ContractSection.Read(root, faults);
    }
}

using System.Collections.Concurrent;
using Pipeline.Transforms.Avro.Schemas;
using Pipeline.Transforms.Ports;

namespace Pipeline.Transforms.Avro.Messages;

/// <summary>Schemas in memory, from the archive, and what that does not have from the registry, which is then archived.</summary>
/// <param name="registry">Null when there is none: then only the archive is asked.</param>
public sealed class AvroSchemas(ISchemaArchive archive, ISchemaRegistry? registry, TimeProvider time) : IAvroSchemas
{
    private const int AtOnce = 4, MaxAbsent = 10_000;

    /// <summary>How long a schema that is nowhere is not asked for again: garbage names many.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<AvroSchemaName, string> known = new();
    private readonly ConcurrentDictionary<AvroSchemaName, DateTimeOffset> absent = new();

    /// <inheritdoc/>
    public string? Find(AvroSchemaName name) => known.GetValueOrDefault(name);

    /// <inheritdoc/>
    public async ValueTask LoadAsync(IReadOnlyCollection<AvroSchemaName> names, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        var wanted = names.Where(name => !known.ContainsKey(name) && !(absent.TryGetValue(name, out var until) && until > now)).ToList();
        if (wanted.Count == 0) return;
        foreach (var (name, schema) in await archive.FindAsync(registry?.Name ?? "", wanted, stopping)) known[name] = schema;
        var missing = wanted.Where(name => !known.ContainsKey(name)).ToList();
        if (registry is not null)
            await Parallel.ForEachAsync(
                missing.Where(name => !name.IsFingerprint), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stopping },
                async (name, stop) => await AskAsync(registry, name, stop));
        if (absent.Count > MaxAbsent) absent.Clear();
        foreach (var name in missing)
            if (!known.ContainsKey(name)) absent[name] = now + AskAgain;
    }

    private async ValueTask AskAsync(ISchemaRegistry asked, AvroSchemaName name, CancellationToken stopping)
    {
        if (await asked.FindAsync((uint)name.Number, stopping) is not { } schema) return;
        await archive.KeepAsync(asked.Name, (uint)name.Number, FingerprintOf(schema), schema, stopping);
        known[name] = schema;
    }

    private static ulong? FingerprintOf(string schema) =>
        AvroSchemaReader.Read(schema, [], strict: false) is { } type ? CanonicalForm.Fingerprint(type) : null;
}

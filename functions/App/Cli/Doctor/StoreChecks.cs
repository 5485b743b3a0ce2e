using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Pipeline.App.Settings;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Lake;
using Pipeline.Sources.Files;

namespace Pipeline.App.Cli.Doctor;

/// <summary>The stores: everything the app does with objects, done once with a probe under a prefix that no dataset has.</summary>
internal static class StoreChecks
{
    private const string Prefix = "_doctor/";
    private const long FewestBytes = 512L << 20, FewBytes = 5L << 30;
    private const int FewestAbortDays = 2;

    public static IEnumerable<Check> Of(Patient patient)
    {
        var stores = new List<(string Setting, string Root)>();
        if (patient.Has<LakeSettings>(out var lake)) stores.Add(("Lake:Root", lake.Root));
        if (patient.Has<SegmentSettings>(out var segments)) stores.Add(("Segments:Root", segments.Root));
        if (patient.Has<QuarantineSettings>(out var quarantine)) stores.Add(("Quarantine:Root", quarantine.Root));
        foreach (var (setting, root) in stores)
            yield return new($"store.{setting}", $"Check {setting} and the S3 settings.",
                stopping => WritableAsync(patient, setting, root, stopping));
        if (patient.Has<DropSettings>(out var drop) && drop.Root.Length > 0)
            yield return new("store.Drop:Root", "Check Drop:Root and the S3 settings.",
                stopping => ReadableAsync(patient, drop.Root, stopping));
    }

    private static async IAsyncEnumerable<Finding> WritableAsync(
        Patient patient, string setting, string root, [EnumeratorCancellation] CancellationToken stopping)
    {
        var check = $"store.{setting}";
        var options = patient.S3;
        var store = ObjectStores.Open(root, options, patient.Time);
        var probe = new StoreProbe(store, $"{Prefix}{Guid.NewGuid():N}");
        if (await FirstFaultAsync(check, setting, store, options, probe, stopping) is { } fault)
        {
            await probe.RemoveAsync(CancellationToken.None);
            yield return fault;
            yield break;
        }
        var sealing = options.KmsKeyId is { } key && IsS3(root) ? $" under the KMS key {key}" : "";
        yield return Finding.Ok(
            check, $"{store.Root}: listed, written{sealing}, read back, uploaded in two phases, an upload dropped, deleted.");
        if (IsS3(root)) yield return await LifecycleAsync(check, root, options, stopping);
        else yield return Space(check, store.Root);
    }

    private static async Task<Finding?> FirstFaultAsync(
        string check, string setting, IObjectStore store, S3Options options, StoreProbe probe, CancellationToken stopping)
    {
        foreach (var (step, right, run) in probe.Steps)
        {
            try
            {
                await run(stopping);
            }
            catch (Exception error) when (error is TransientException or TerminalException)
            {
                return Finding.Fault(check, $"{store.Root} cannot be {step}: {error.Message}",
                    Remedy(setting, store.Root, right, options, error));
            }
        }
        return null;
    }

    private static async IAsyncEnumerable<Finding> ReadableAsync(
        Patient patient, string root, [EnumeratorCancellation] CancellationToken stopping)
    {
        const string Check = "store.Drop:Root";
        var store = ObjectStores.Open(root, patient.S3, patient.Time);
        if (!IsS3(root) && !Directory.Exists(root))
        {
            yield return Finding.Fault(Check, $"There is no folder {store.Root}.", "Create or mount it, or correct Drop:Root.");
            yield break;
        }
        var folders = patient.Contracts.Contracts.Select(contract => contract.SourceOf(SourceKind.Files)?.Folder).OfType<string>();
        var read = 0;
        foreach (var folder in folders.Distinct())
        {
            var (file, fault) = await FirstFileAsync(Check, store, folder, patient.S3, stopping);
            if (fault is not null)
            {
                yield return fault;
                yield break;
            }
            if (file is not null) read++;
        }
        yield return Finding.Ok(Check, $"{store.Root}: listed, {read} of its files read.");
    }

    // One file of each folder: who may list them may not be allowed to read them, nor to use the key that seals them.
    private static async Task<(string? File, Finding? Fault)> FirstFileAsync(
        string check, IObjectStore store, string folder, S3Options options, CancellationToken stopping)
    {
        string? file = null;
        try
        {
            await foreach (var found in store.ListAsync($"{folder}/", null, stopping))
            {
                if (!FileNames.IsKey(found.Key) || !FileNames.IsFinal(found.Key[(folder.Length + 1)..])) continue;
                file = found.Key;
                break;
            }
            if (file is null) return (null, null);
            await using var stream = await store.OpenReadAsync(file, stopping);
            await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, stopping);
            return (file, null);
        }
        catch (Exception error) when (error is TransientException or TerminalException)
        {
            return (file, Finding.Fault(check,
                $"{store.Root}/{file ?? folder} cannot be {(file is null ? "listed" : "read")}: {error.Message}", IsS3(store.Root)
                    ? Remedy("Drop:Root", store.Root, "s3:ListBucket, s3:GetObject", options, error)
                    : "Give the service's user read access to the folder and to the files that are dropped there."));
        }
    }

    private static string Remedy(string setting, string root, string right, S3Options options, Exception error)
    {
        if (!IsS3(root)) return $"Create the folder with write access for the service's user, or correct {setting}.";
        return (error.InnerException as AmazonServiceException)?.ErrorCode switch
        {
            "NoSuchBucket" => $"Create the bucket, or correct {setting}.",
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidClientTokenId" =>
                "Correct the credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the identity this machine has.",
            "PermanentRedirect" or "AuthorizationHeaderMalformed" => "Correct S3:Region to the bucket's region.",
            { } code when options.KmsKeyId is not null
                && (code.Contains("KMS", StringComparison.OrdinalIgnoreCase) || right == StoreProbe.Writing && code != "AccessDenied") =>
                "Correct S3:KmsKeyId, and allow kms:GenerateDataKey and kms:Decrypt on the key.",
            "AccessDenied" when options.KmsKeyId is not null =>
                $"Allow {right} on {root}, and kms:GenerateDataKey and kms:Decrypt on the key.",
            "AccessDenied" => $"Allow {right} on {root}.",
            _ => $"Check S3:Endpoint, S3:Region, the credentials and {setting}.",
        };
    }

    private static async Task<Finding> LifecycleAsync(string check, string root, S3Options options, CancellationToken stopping)
    {
        try
        {
            return await S3Lifecycle.AbortDaysAsync(root, options, stopping) switch
            {
                null => Finding.Warning(
                    $"{check}.lifecycle", "The bucket keeps uploads that nobody completes, and bills for them.",
                    "Add a lifecycle rule AbortIncompleteMultipartUpload with 7 days (infra/terraform/aws/storage.tf)."),
                < FewestAbortDays and var days => Finding.Warning(
                    $"{check}.lifecycle", $"The bucket drops uploads after {days} day: committed ones may be waiting to be completed.",
                    "Give them 7 days: what was dropped is rebuilt from its segments, which takes longer."),
                var days => Finding.Ok($"{check}.lifecycle", $"Uploads that nobody completes are dropped after {days} days."),
            };
        }
        catch (Exception error) when (error is TransientException or TerminalException)
        {
            return Finding.Skipped($"{check}.lifecycle", "The bucket does not tell its lifecycle.");
        }
    }

    private static Finding Space(string check, string folder)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var left = $"{free / 1e9:0.0} GB are left on the disk of {folder}.";
        return free < FewestBytes ? Finding.Fault($"{check}.space", left, "Free space now: landing stops when the disk is full.")
            : free < FewBytes ? Finding.Warning($"{check}.space", left, "Free space, or move the store.")
            : Finding.Ok($"{check}.space", left);
    }

    private static bool IsS3(string root) => root.StartsWith("s3://", StringComparison.OrdinalIgnoreCase);
}

namespace Pipeline.LocalHost.Durable.Client;

/// <summary>Refuses ids and names the store or the real host could not keep.</summary>
internal static class InstanceIds
{
    public static string Check(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (instanceId is ['@', ..] && instanceId.IndexOf('@', 1) > 0)
            throw new ArgumentException($"'{instanceId}' is the id of an entity; orchestrations cannot have ids of the form @name@key.",
                nameof(instanceId));
        return CheckText(instanceId, nameof(instanceId));
    }

    public static string CheckText(string text, string what) =>
        text.Contains('\0') ? throw new ArgumentException("The character U+0000 is not allowed here.", what) : text;
}

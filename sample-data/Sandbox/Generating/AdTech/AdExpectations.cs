using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Sandbox.Generating.AdTech;

/// <summary>Writes <c>expected.json</c>.</summary>
internal static class AdExpectations
{
    /// <summary>What becomes of the records of each file, and of each planted journey.</summary>
    public static string ToJson(IReadOnlyList<AdFile> files, BidRequests requests, IReadOnlyList<AdJourney> journeys)
    {
        using var bytes = new MemoryStream();
        var form = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(bytes, form))
        {
            json.WriteStartObject();
            json.WriteStartObject("files");
            foreach (var file in files) Write(json, file.Name, file.Records, file.Duplicates, file.Rejected);
            Write(json, BidRequests.Name, requests.Slots, requests.Repeated, new Dictionary<string, long>());
            json.WriteEndObject();
            json.WriteStartArray("journeys");
            foreach (var journey in journeys) Write(json, journey);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, string file, long all, long duplicates, IReadOnlyDictionary<string, long> rejected)
    {
        json.WriteStartObject(file);
        json.WriteNumber("records", all);
        json.WriteNumber("rows", all - duplicates - rejected.Values.Sum());
        json.WriteNumber("duplicates", duplicates);
        json.WriteStartObject("rejected");
        foreach (var (why, records) in rejected) json.WriteNumber(why, records);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AdJourney journey)
    {
        json.WriteStartObject();
        json.WriteString("name", journey.Name);
        json.WriteString("user_id", journey.Conversion.UserId);
        json.WriteString("campaign_id", journey.Conversion.CampaignId);
        json.WriteString("occurred_at", AdTime.Text(journey.Conversion.At));
        Write(json, "touch", journey.Touch);
        if (journey.Late.Count > 0) Write(json, "touch_before_late_clicks", journey.TouchBefore);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, AdTouch? touch)
    {
        json.WriteStartObject(name);
        json.WriteString("type", touch?.Type ?? "none");
        if (touch is not null)
        {
            json.WriteString("at", AdTime.Text(touch.At));
            json.WriteString("creative_id", touch.CreativeId);
            json.WriteString("campaign_id", touch.CampaignId);
        }
        json.WriteEndObject();
    }
}

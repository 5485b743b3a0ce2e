using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.App.StatusPages;

/// <summary>The status page put together of its files: one document, so that it is shown after one request.</summary>
/// <param name="Plain">UTF-8.</param>
/// <param name="Zipped">The same by gzip.</param>
/// <param name="Tag">Tells this document from another one.</param>
/// <param name="Policy">Its Content-Security-Policy: the hashes let its own style and script be, and nothing else.</param>
internal sealed record StatusPageDocument(byte[] Plain, byte[] Zipped, string Tag, string Policy)
{
    private static readonly string[] Styles = ["tokens.css", "layout.css", "parts.css", "views.css"];

    // What others use while it is read comes first.
    private static readonly string[] Scripts =
    [
        "dom.js", "format.js", "ask.js", "api.js", "theme.js", "live.js", "charts.js", "runlist.js", "flow.js", "runs.js", "publications.js",
        "alerts.js", "calendar.js", "quarantine.js", "contract.js", "dataset.js", "start.js",
    ];

    /// <summary>Reads the files out of this assembly.</summary>
    public static StatusPageDocument Create()
    {
        var (style, script) = (Join(Styles), Join(Scripts));
        var text = Read("index.html").Replace("<!--styles-->", style, StringComparison.Ordinal)
            .Replace("<!--script-->", script, StringComparison.Ordinal);
        var plain = Encoding.UTF8.GetBytes(text);
        var policy = $"default-src 'none'; script-src '{Hash(script)}'; style-src '{Hash(style)}'; connect-src 'self'; img-src data:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
        return new(plain, Zip(plain), Convert.ToHexStringLower(SHA256.HashData(plain))[..16], policy);
    }

    private static string Join(IEnumerable<string> files) => string.Concat(files.Select(Read));

    private static string Read(string file)
    {
        var assembly = typeof(StatusPageDocument).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream($"page/{file}")!, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static byte[] Zip(byte[] plain)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.SmallestSize)) gzip.Write(plain);
        return zipped.ToArray();
    }
}

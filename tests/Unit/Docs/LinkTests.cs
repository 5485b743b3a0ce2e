namespace Pipeline.Tests.Unit.Docs;

public sealed class LinkTests
{
    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading_that_are_there()
    {
        var dead = new List<string>();
        foreach (var page in Pages.All)
            foreach (var link in Pages.LinksOf(page))
            {
                var parts = link.Split('#', 2);
                var target = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0]));
                var isThere = File.Exists(target) || Directory.Exists(target);
                var hasAnchor = parts.Length == 2 && target.EndsWith(".md", StringComparison.Ordinal);
                if (!isThere || (hasAnchor && !Pages.AnchorsOf(target).Contains(parts[1])))
                    dead.Add($"{Path.GetRelativePath(Pages.Root, page)}: {link}");
            }
        Assert.True(dead.Count == 0, string.Join('\n', dead));
    }

    [Fact]
    public void Every_page_of_docs_is_in_its_index()
    {
        var docs = Path.Combine(Pages.Root, "docs");
        var index = Path.Combine(docs, "README.md");
        var listed = Pages.LinksOf(index).Select(link => Path.GetFullPath(Path.Combine(docs, link.Split('#')[0]))).ToHashSet();
        var pages = Pages.All.Where(page => page.StartsWith(docs, StringComparison.Ordinal) && page != index);
        Assert.Empty(pages.Where(page => !listed.Contains(page)).Select(page => Path.GetRelativePath(docs, page)));
    }

    [Fact]
    public void Every_folder_of_the_product_is_in_the_readme()
    {
        var readme = File.ReadAllText(Path.Combine(Pages.Root, "README.md"));
        var folders = Directory.EnumerateDirectories(Path.Combine(Pages.Root, "functions")).Select(path => Path.GetFileName(path)!);
        Assert.DoesNotContain(folders, folder => folder is not ("bin" or "obj") && !readme.Contains(folder, StringComparison.Ordinal));
    }
}

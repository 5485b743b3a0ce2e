namespace Pipeline.Tests.Integration.StatusPage;

/// <summary>A script that finds texts whose contrast with what is behind them is below what WCAG 2.2 asks for (AA: 4.5 to 1).</summary>
/// <remarks>https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio</remarks>
internal static class Contrast
{
    public const string Script = """
        () => {
          const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
          const rgba = colour => {
            canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data]; };
          const part = value => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
          const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
          const ground = node => { for (; node; node = node.parentElement) {
            const colour = rgba(getComputedStyle(node).backgroundColor); if (colour[3] === 255) return colour; }
            return [255, 255, 255, 255]; };
          const faint = new Set();
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let text = walker.nextNode(); text; text = walker.nextNode()) {
            const node = text.parentElement;
            if (!text.data.trim() || !node.checkVisibility() || ['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(node.tagName)) continue;
            const [one, other] = [light(rgba(getComputedStyle(node).color)), light(ground(node))];
            const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            if (ratio < 4.5) faint.add(`${node.tagName} "${text.data.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
          }
          return [...faint];
        }
        """;
}

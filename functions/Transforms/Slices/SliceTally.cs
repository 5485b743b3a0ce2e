using System.Globalization;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Slices;

/// <summary>Good and refused rows of one day of an extraction.</summary>
internal sealed class SliceTally
{
    private readonly Dictionary<(RejectionCode Code, string Field), long> causes = [];
    private string? unreadable;

    /// <summary>Rows that can be published.</summary>
    public long Rows { get; set; }

    /// <summary>Counts a refused record.</summary>
    /// <param name="wholeAnswer">It may have held any number of rows, so that no share of the day can be named.</param>
    public void Refuse(in Rejection rejection, bool wholeAnswer)
    {
        if (wholeAnswer) unreadable ??= $"An answer was refused as a whole ({rejection.Code.Text()}): {rejection.Message}";
        var cause = (rejection.Code, rejection.Field);
        causes[cause] = causes.GetValueOrDefault(cause) + 1;
    }

    /// <summary>Why the day must be withheld; null when it need not be.</summary>
    public string? Verdict(double maxRejectRatio)
    {
        if (unreadable is not null) return unreadable;
        var refused = causes.Values.Sum();
        if (refused <= maxRejectRatio * (Rows + refused)) return null;
        var ((code, field), count) = causes.MaxBy(each => each.Value);
        var most = field.Length == 0 ? code.Text() : $"{code.Text()} of field '{field}'";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{refused} of {Rows + refused} rows were refused, {count} of them for {most}; the contract allows a share of {maxRejectRatio}.");
    }
}

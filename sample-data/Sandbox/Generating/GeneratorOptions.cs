namespace Pipeline.Sandbox.Generating;

/// <summary>What to generate. The same options give the same bytes, on every machine.</summary>
/// <param name="Lines">Records.</param>
/// <param name="Seed">Start of the random sequence; 0 counts as 1.</param>
/// <param name="FaultShare">
/// Part of the records that must be refused, 0 to 1, every kind in turn by chance. The others stay what they are without it.
/// </param>
/// <param name="Days">Days the events lie in, from 2023-10-23 on (UTC), at least 1 and at most 20,000.</param>
/// <param name="Users">Different users, at least 1.</param>
/// <param name="Products">Different products, 1 to 1,000,000.</param>
public sealed record GeneratorOptions(
    long Lines, uint Seed = 1, double FaultShare = 0, int Days = 5, int Users = 200_000, int Products = 5_000);

/// <summary>What was generated.</summary>
/// <param name="Bytes">Bytes written, line feeds included.</param>
/// <param name="Verdicts">
/// Records by what the contract <c>user_actions</c> makes of them: <c>accepted</c> or the code of a refusal, such as <c>wrong_type</c>.
/// </param>
public sealed record GeneratorReport(long Lines, long Bytes, IReadOnlyDictionary<string, long> Verdicts);

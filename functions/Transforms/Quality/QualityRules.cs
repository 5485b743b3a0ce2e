using Pipeline.Domain.Datasets;
using Pipeline.Domain.Quality;

namespace Pipeline.Transforms.Quality;

/// <summary>Every rule of a dataset: facts in, judgements out. A pure function.</summary>
public static class QualityRules
{
    /// <summary>What each rule says, one judgement for each code and subject at most.</summary>
    public static IReadOnlyList<Judgement> Judge(DatasetContract contract, QualityFacts facts)
    {
        var isOfRecords = contract.Source.Kind.AreRecords();
        return
        [
            .. HourShares.Judge(contract, facts),
            .. isOfRecords ? HourVolumes.Judge(contract, facts) : [],
            .. isOfRecords ? HourValues.Judge(contract, facts) : [],
            .. isOfRecords ? FlowRules.Judge(contract, facts) : [],
            .. isOfRecords ? [] : SliceRules.Judge(contract, facts),
            .. isOfRecords ? [] : SliceCompleteness.Judge(contract, facts),
            .. AgreementRules.Judge(contract, facts),
        ];
    }
}

namespace TrlSharp.Conformance;

/// <summary>How a conformance case ended.</summary>
public enum CaseOutcome
{
    /// <summary>Equal to the reference, within the suite's tolerance.</summary>
    Passed,

    /// <summary>Different.</summary>
    Failed,

    /// <summary>Refused by name: ours says that it does not implement the construct, instead of giving a wrong answer.</summary>
    Refused,
}

namespace TrlSharp.Conformance;

/// <summary>One case of a suite.</summary>
/// <param name="Name">As the reference files name it.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">For failures the first difference; for refusals the message; for equal ones what there is to say, mostly nothing.</param>
public sealed record CaseResult(string Name, CaseOutcome Outcome, string Detail = "")
{
    /// <summary>A case that came out equal.</summary>
    public static CaseResult Pass(string name) => new(name, CaseOutcome.Passed);

    /// <summary>A case that came out different, with the first difference.</summary>
    public static CaseResult Fail(string name, string detail) => new(name, CaseOutcome.Failed, detail);

    /// <summary>A case that was refused by name.</summary>
    public static CaseResult Refuse(string name, string detail) => new(name, CaseOutcome.Refused, detail);
}

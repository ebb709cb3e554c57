namespace TrlSharp.Inspection;

/// <summary>What a chat template does, found by rendering with it and not by reading it.</summary>
/// <param name="Facts">Question and answer, in a fixed order.</param>
/// <param name="Warnings">What someone who trains with it should know.</param>
public sealed record TemplateCard(IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<string> Warnings)
{
    /// <summary>Aligned lines.</summary>
    public override string ToString()
    {
        var width = Facts.Max(f => f.Name.Length);
        return string.Concat(Facts.Select(f => $"{f.Name.PadRight(width)}  {f.Value}\n").Concat(Warnings.Select(w => $"! {w}\n")));
    }
}

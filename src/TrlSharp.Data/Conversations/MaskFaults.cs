namespace TrlSharp.Conversations;

/// <summary>Codes and default severities of <see cref="MaskFault"/>.</summary>
public static class MaskFaults
{
    private static readonly string[] Codes = [.. Enum.GetNames<MaskFault>().Select(Kebab)];

    /// <summary>All codes, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> AllCodes => Codes;

    /// <summary><c>unknown-role</c> for <see cref="MaskFault.UnknownRole"/>.</summary>
    public static string Code(this MaskFault fault) => Codes[(int)fault];

    /// <summary>The fault with a code, or null.</summary>
    public static MaskFault? Parse(string code) => Array.IndexOf(Codes, code) is >= 0 and var at ? (MaskFault)at : null;

    /// <summary>What a fault does unless the policy's <c>on</c> table says otherwise.</summary>
    public static Severity DefaultSeverity(this MaskFault fault) => fault switch
    {
        <= MaskFault.MarkerAbsent => Severity.Error,
        MaskFault.FieldRenamed or MaskFault.ArgumentsNormalised or MaskFault.ToolsNormalised or MaskFault.ContentNormalised => Severity.Silent,
        MaskFault.Split or MaskFault.ModeChosen or MaskFault.Trimmed or MaskFault.ComparedCollator => Severity.Silent,
        _ => Severity.Warning,
    };

    /// <summary>
    /// Whether <c>on</c> may change what a fault does. Those that leave no defined answer (an unknown role, a weight that is text, a prompt that cannot be
    /// rendered) cannot be waved through.
    /// </summary>
    public static bool CanOverride(this MaskFault fault) => fault is not (MaskFault.EmptyConversation or MaskFault.MessageShape or MaskFault.WeightType
        or MaskFault.NegativeWeight or MaskFault.FlagsDisagree or MaskFault.InvalidUnicode or MaskFault.RangeOutOfBounds or MaskFault.RangesOverlap
        or MaskFault.PrefillNotAPrefix or MaskFault.TemplateRejected or MaskFault.TemplateFailed or MaskFault.NoTrainedTokens);

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}

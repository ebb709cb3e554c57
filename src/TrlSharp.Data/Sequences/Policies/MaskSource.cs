namespace TrlSharp.Sequences.Policies;

/// <summary>What decides where sampled spans are. There is no automatic order: another source than the default is used when asked for by name.</summary>
public enum MaskSource
{
    /// <summary>The origin of every rendered character, proved against fresh renders. The default.</summary>
    Provenance,

    /// <summary>The <c>{% generation %}</c> blocks of the template.</summary>
    Tags,

    /// <summary>Differences between renders of growing prefixes; refused where a prefix is none.</summary>
    Prefix,

    /// <summary>Literal header texts, matched outside content only.</summary>
    Markers,
}

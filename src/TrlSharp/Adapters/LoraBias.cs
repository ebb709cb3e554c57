namespace TrlSharp.Adapters;

/// <summary>Which biases of the base model are trained with an adapter.</summary>
public enum LoraBias
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those of modules that have low-rank additions.</summary>
    LoraOnly,

    /// <summary>All.</summary>
    All,
}

namespace TrlSharp.Sft.Options;

/// <summary>What a setting holds.</summary>
public enum OptionKind
{
    /// <summary>true or false.</summary>
    Flag,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A real number.</summary>
    Number,

    /// <summary>Text.</summary>
    Text,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>Several texts.</summary>
    List,

    /// <summary>Several texts that may hold commas: one per argument.</summary>
    Lines,

    /// <summary>Names and values: a map in YAML, JSON on the command line.</summary>
    Map,
}

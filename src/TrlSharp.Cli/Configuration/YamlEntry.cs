using TrlSharp.Rows;

namespace TrlSharp.Cli.Configuration;

/// <summary>One key of a configuration file.</summary>
/// <param name="Key">As written.</param>
/// <param name="Value">Its value.</param>
/// <param name="File">The file.</param>
/// <param name="Line">1-based line of the key.</param>
internal sealed record YamlEntry(string Key, RowValue Value, string File, long Line);

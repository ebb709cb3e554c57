using System.CommandLine;

namespace TrlSharp.Cli.Commands;

/// <summary>Options that may be written as in TRL (<c>--max_new_tokens</c>) and as is usual elsewhere (<c>--max-new-tokens</c>).</summary>
internal static class OptionNames
{
    /// <summary>An option of that name with underscores.</summary>
    public static Option<T> Create<T>(string name, string description, bool isRequired = false)
    {
        var kebab = "--" + name[2..].Replace('_', '-');
        return new(name, kebab == name ? [] : [kebab]) { Description = description, Required = isRequired };
    }
}

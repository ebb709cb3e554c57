using System.CommandLine;

namespace TrlSharp.Cli.Commands;

/// <summary>Options that may be written as in TRL (<c>--max_new_tokens</c>) and as is usual elsewhere (<c>--max-new-tokens</c>).</summary>
internal static class OptionNames
{
    /// <summary>An option of that name with underscores.</summary>
    public static Option<T> Create<T>(string name, string description, bool isRequired = false) => Create<T>(name, description, [], isRequired);

    /// <summary>The same, with further names.</summary>
    public static Option<T> Create<T>(string name, string description, string[] aliases, bool isRequired = false)
    {
        var kebab = "--" + name[2..].Replace('_', '-');
        return new(name, [.. kebab == name ? [] : (string[])[kebab], .. aliases]) { Description = description, Required = isRequired };
    }
}

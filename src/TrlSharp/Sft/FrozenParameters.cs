using System.IO.Enumeration;
using TrlSharp.Models;

namespace TrlSharp.Sft;

/// <summary><c>freeze</c>: parameters that do not train, by patterns of their names.</summary>
internal static class FrozenParameters
{
    /// <summary>Takes the gradient from every parameter that a pattern (<c>*</c> for any text, <c>?</c> for one character) matches.</summary>
    /// <exception cref="ConfigException">A pattern matches nothing, or nothing is left to train.</exception>
    public static void Apply(ICausalLM model, IReadOnlyList<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            var matched = model.Parameters.Where(p => FileSystemName.MatchesSimpleExpression(pattern, p.Name, ignoreCase: false)).ToList();
            if (matched.Count == 0) throw new ConfigException($"freeze: {pattern} matches no parameter. Names are like {Example(model)}; * matches any text: model.layers.0.*");
            foreach (var (_, value) in matched) value.requires_grad = false;
        }

        if (!model.Parameters.Any(p => p.Value.requires_grad)) throw new ConfigException($"freeze: {string.Join(", ", patterns)} leaves nothing to train.");
    }

    private static string Example(ICausalLM model) => string.Join(", ", model.Parameters.Take(3).Select(p => p.Name));
}

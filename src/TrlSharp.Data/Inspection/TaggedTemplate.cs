using System.Text.RegularExpressions;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Proofs;

namespace TrlSharp.Inspection;

/// <summary>
/// A template for other trainers that writes the same text as the model's own and puts <c>{% generation %}</c> tags around exactly the sampled spans, for
/// TRL's <c>assistant_only_loss</c>. The model's template becomes a macro; each assistant turn is tagged where the text begins with its prompt (C) and
/// goes on as the turn is written when it is the last one (P). A turn that is not faithful in the whole conversation is left untagged, never guessed.
/// </summary>
public static partial class TaggedTemplate
{
    private const string Macro = "trlsharp_text";

    /// <param name="source">The model's template. Tags that it has already are taken out.</param>
    /// <param name="builder">With the same template; its stops and what the template writes behind an answer are used.</param>
    /// <exception cref="ConfigException">The builder has no template.</exception>
    public static string Write(string source, SequenceBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(builder);
        var profile = builder.Profile ?? throw new ConfigException("There is no chat template to tag.");
        var tail = profile.AfterLastAnswer;
        if (SpanDerivation.FirstStop(builder.Stops, tail, 0, tail.Length) is { } stop) tail = tail[stop.End..];
        source = Tags().Replace(source, m => m.Value.Replace(m.Groups[1].Value, m.Groups[1].Value == "generation" ? "if true" : "endif", StringComparison.Ordinal));
        if (source.EndsWith('\n')) source = source[..^1];

        // The line end after the first tag and the empty output before the last one keep the white space of the source as it is.
        return $$$"""
            {#- Written by trlsharp: the template below, with generation tags around what the model samples. -#}
            {% macro {{{Macro}}}(messages, add_generation_prompt) %}
            {{{source}}}{{ '' }}{% endmacro %}{% set trlsharp = namespace(at=0) %}{% set trlsharp_tail = {{{Literal(tail)}}} %}{% set trlsharp_whole = {{{Macro}}}(messages, add_generation_prompt | default(false)) %}{% for message in messages %}{% if loop.index0 > 0 and message['role'] == 'assistant' %}{% set prompt = {{{Macro}}}(messages[:loop.index0], true) %}{% set turn = {{{Macro}}}(messages[:loop.index], false) %}{% set end = (turn | length) - (trlsharp_tail | length if turn.endswith(trlsharp_tail) else 0) %}{% if prompt | length >= trlsharp.at and end > prompt | length and turn.startswith(prompt) and trlsharp_whole.startswith(turn[:end]) %}{{ trlsharp_whole[trlsharp.at:(prompt | length)] }}{% generation %}{{ trlsharp_whole[(prompt | length):end] }}{% endgeneration %}{% set trlsharp.at = end %}{% endif %}{% endif %}{% endfor %}{{ trlsharp_whole[trlsharp.at:] }}
            """;
    }

    private static string Literal(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\{%[-+]?\s*(generation|endgeneration)\s*[-+]?%\}", RegexOptions.CultureInvariant)]
    private static partial Regex Tags();
}

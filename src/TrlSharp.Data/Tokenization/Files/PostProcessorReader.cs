using System.Text.Json;
using TrlSharp.Tokenization.PostProcessors;

namespace TrlSharp.Tokenization.Files;

/// <summary>Makes a post-processor of its JSON.</summary>
internal static class PostProcessorReader
{
    public static PostProcessor Read(JsonFields json) => json.Type switch
    {
        "Sequence" => ReadSequence(json),
        "ByteLevel" => json.Bool("trim_offsets", true) ? new OffsetTrimmer(json.Bool("add_prefix_space", true)) : new PostProcessorSequence([]),
        "TemplateProcessing" => ReadTemplate(json),
        "BertProcessing" => new TemplateProcessor([PairId(json, "cls")], [PairId(json, "sep")]),
        "RobertaProcessing" => ReadRoberta(json),
        var type => throw json.NotImplemented($"the post-processor \"{type}\""),
    };

    /// <summary>
    /// Trimming comes first, since the range of an added token has nothing to trim. After a template the reference processes every token that it
    /// added as a text of its own, which no tokenizer can mean.
    /// </summary>
    private static PostProcessorSequence ReadSequence(JsonFields json)
    {
        var steps = json.Objects("processors").SelectMany(part => Read(part) is var read && read is PostProcessorSequence several ? several.Steps : [read]).ToArray();
        if (steps.SkipWhile(step => step is not TemplateProcessor { SplitsText: true }).Skip(1).Any(step => step is TemplateProcessor))
            throw json.NotImplemented("a post-processor that adds tokens after a TemplateProcessing that does so");
        return new PostProcessorSequence([.. steps.OrderBy(step => step is OffsetTrimmer ? 0 : 1)]);
    }

    private static PostProcessorSequence ReadRoberta(JsonFields json)
    {
        var template = new TemplateProcessor([PairId(json, "cls")], [PairId(json, "sep")]);
        return json.Bool("trim_offsets", true)
            ? new PostProcessorSequence([new OffsetTrimmer(json.Bool("add_prefix_space", true)), template])
            : new PostProcessorSequence([template]);
    }

    private static TemplateProcessor ReadTemplate(JsonFields json)
    {
        var special = json.Object("special_tokens");
        List<int> before = [], after = [];
        var seen = false;
        foreach (var piece in json.Objects("single"))
        {
            if (piece.Get("Sequence") is not null)
            {
                if (seen || piece.Object("Sequence").String("id") != "A") throw json.NotImplemented("a template for one text that does not hold exactly the sequence A");
                seen = true;
                continue;
            }

            var ids = special.Object(piece.Object("SpecialToken").String("id"));
            foreach (var (id, path) in ids.Array("ids")) (seen ? after : before).Add(Id(id, path));
        }

        if (!seen) throw json.NotImplemented("a template for one text that does not hold exactly the sequence A");
        return new TemplateProcessor(before, after, splitsText: before.Count + after.Count > 0);
    }

    private static int PairId(JsonFields json, string name) =>
        json.Array(name).ToArray() is [_, var id] ? Id(id.Value, id.Path) : throw new ModelFolderException($"{json.Path}.{name} must be [token, id].");

    private static int Id(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id >= 0 ? id : throw new ModelFolderException($"{path} must be an id.");
}

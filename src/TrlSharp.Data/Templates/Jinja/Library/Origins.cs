namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Origins of data. Nearly all that are asked for are the role and the content of one of the first messages: these are made once for all renders.</summary>
internal static class Origins
{
    private const int KeptMessages = 64;

    private static readonly Origin[] Roles = Each("role"), Contents = Each("content");

    public static Origin Of(OriginKind kind, int message, string path)
    {
        if (kind == OriginKind.Data && message < KeptMessages)
        {
            if (path == "content") return Contents[message];
            if (path == "role") return Roles[message];
        }

        return new(kind, message, path, 0, -1);
    }

    private static Origin[] Each(string path) => [.. Enumerable.Range(0, KeptMessages).Select(message => new Origin(OriginKind.Data, message, path, 0, -1))];
}
